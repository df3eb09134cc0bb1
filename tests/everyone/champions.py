"""The pages of champions, of those who would like to be, and of the organisers who decide."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from champions.models import Champion
from tests.everyone.booking import LONG
from tests.everyone.elsewhere import State
from tests.factories import ChampionFactory, DecisionFactory, OfficeFactory, TopicFactory, UserFactory


def as_champion(address: str, *, decided: dict | None = None, **facts: Any) -> State:
    def state(client: Client) -> Any:
        user = UserFactory.create()
        champion = ChampionFactory.create(**{"user": user, "name": LONG, "applied_at": timezone.now()} | facts)
        if decided:
            DecisionFactory.create(champion=champion, words=LONG * 5, **decided)
        client.force_login(user)
        return client.get(address)

    return state


def as_user(address: str) -> State:
    def state(client: Client) -> Any:
        client.force_login(UserFactory.create())
        return client.get(address)

    return state


def as_organiser(address: str) -> State:
    def state(client: Client) -> Any:
        client.force_login(UserFactory.create(organiser=True))
        return client.get(address)

    return state


def many_applications(client: Client) -> Any:
    topics, office = TopicFactory.create_batch(3, kind="matter"), OfficeFactory.create(name=LONG)
    for number in range(30):
        state = Champion.State.APPLIED if number % 2 else Champion.State.ASKED_BACK
        ChampionFactory.create(applied=True, name=f"{number} {LONG}", state=state, topics=topics).offices.add(office)
    DecisionFactory.create_batch(3)
    return as_organiser("/organise/champions/")(client)


STATES: dict[str, State] = {
    "champion": as_champion("/champion/"),
    "champion, applied": as_champion("/champion/", state="applied"),
    "champion, asked back": as_champion("/champion/", state="asked_back", decided={"outcome": "asked_back"}),
    "champion, declined": as_champion("/champion/", state="declined", decided={"outcome": "declined"}),
    "champion, resting": as_champion(
        "/champion/", state="resting", resting_until=timezone.localdate() + timedelta(days=90)
    ),
    "champion, left": as_champion("/champion/", state="left"),
    "champion, nobody known": as_user("/champion/"),
    "applications, none": as_organiser("/organise/champions/"),
    "applications, many": many_applications,
}
