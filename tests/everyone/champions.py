"""The pages of champions, of those who would like to be, and of the organisers who decide."""

from datetime import timedelta
from typing import Any

from django.test import Client, override_settings
from django.utils import timezone

from champions.models import Champion
from organisation.models import Office, Topic
from tests.champions.applying import enter, send
from tests.everyone.booking import LONG
from tests.everyone.elsewhere import State
from tests.everyone.signing_in import LONG_ADDRESS
from tests.factories import ChampionFactory, DecisionFactory, OfficeFactory, ShiftFactory, TopicFactory, UserFactory


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


def lists() -> None:
    """What can be known, and where."""
    TopicFactory.create(name="LinkedIn", slug="linkedin"), TopicFactory.create(name=LONG[:60], kind="matter")
    TopicFactory.create_batch(6)
    OfficeFactory.create(name="Leeds", slug="leeds"), OfficeFactory.create(name=LONG)


def to_join(client: Client) -> Any:
    lists()
    return client.get("/champions/join/")


def joined_wrong(client: Client) -> Any:
    lists()
    return send(client, name="", email="alice", offices=[], most_shifts_a_month="", about="a" * 300)


def at_the_code(typed: str = "") -> State:
    def state(client: Client) -> Any:
        lists()
        sent = send(client, email=LONG_ADDRESS)
        return enter(client, typed) if typed else client.get(sent["Location"])

    return state


@override_settings(DEMONSTRATION=True)
def code_in_the_demonstration(client: Client) -> Any:
    return at_the_code()(client)


def own_application(state: str | None = None, **typed: Any) -> State:
    def shown(client: Client) -> Any:
        lists()
        user = UserFactory.create()
        if state:
            champion = ChampionFactory.create(user=user, state=state, applied_at=timezone.now())
            DecisionFactory.create(champion=champion, outcome="asked_back", words=LONG * 5)
        client.force_login(user)
        return client.post("/champion/application/", typed) if typed else client.get("/champion/application/")

    return shown


def profile(**typed: Any) -> State:
    def state(client: Client) -> Any:
        lists()
        client.force_login(ChampionFactory.create(user=UserFactory.create(), name=LONG).user)
        return client.post("/champion/profile/", typed) if typed else client.get("/champion/profile/")

    return state


def application(act: str = "", decided: str = "", **typed: Any) -> State:
    """An application as organisers see it, after an act of theirs, or after somebody else's decision."""

    def state(client: Client) -> Any:
        applicant = ChampionFactory.create(applied=True, name=LONG, about=LONG * 2, topics=TopicFactory.create_batch(3))
        if decided:
            DecisionFactory.create(champion=applicant, outcome=decided, words="" if decided == "approved" else LONG * 6)
            Champion.objects.update(state="active" if decided == "approved" else decided)
        client.force_login(UserFactory.create(organiser=True))
        address = f"/organise/champions/{applicant.pk}/{act}"
        return client.post(address, typed) if typed else client.get(address)

    return state


def to_add(**typed: Any) -> State:
    """The form that adds a champion, filled in with the address of somebody who has applied."""

    def state(client: Client) -> Any:
        lists()
        ChampionFactory.create(applied=True, name=LONG, user__email=LONG_ADDRESS)
        client.force_login(UserFactory.create(administrator=True, name=LONG))
        if not typed:
            return client.get("/organise/champions/add/")
        known = {f"topic_{Topic.objects.earliest('pk').pk}": "3", "offices": [Office.objects.earliest("pk").pk]}
        return client.post("/organise/champions/add/", known | typed)

    return state


def directory(champions: int, query: str = "") -> State:
    def state(client: Client) -> Any:
        lists()
        topics, offices = Topic.objects.all(), Office.objects.all()
        for number in range(min(champions, 24)):
            champion = ChampionFactory.create(
                name=f"{LONG} {number}", about=LONG * 2, topics=topics, shown=Champion.Shown.values,
                user=UserFactory.create(email=f"{number}{LONG_ADDRESS}"),
            )  # fmt: skip
            champion.offices.set(offices)
            if number < 3:
                ShiftFactory.create(champion=champion, surgery__venue__name=LONG)
        Champion.objects.bulk_create(Champion(name=f"Zoe {number}") for number in range(champions - 24))
        return client.get(f"/champions/{query}")

    return state


STATES: dict[str, State] = {
    "directory, none": directory(0),
    "directory, nobody found": directory(0, "?topic=linkedin&office=leeds"),
    "directory, a few": directory(3),
    "directory, 500": directory(500),
    "directory, 500, page 13": directory(500, "?page=13"),
    "join": to_join,
    "join, wrong": joined_wrong,
    "join, code": at_the_code(),
    "join, code wrong": at_the_code("1"),
    "join, code in the demonstration": code_in_the_demonstration,
    "application, own": own_application(),
    "application, own, asked back": own_application("asked_back"),
    "application, own, wrong": own_application("applied", name=""),
    "profile": profile(),
    "profile, wrong": profile(name="", shown=["x"]),
    "champion, saved": as_champion("/champion/?done=saved"),
    "add champion, known already": to_add(name=LONG, email=LONG_ADDRESS),
    "add champion, wrong": to_add(name="", email="alice", offices=[]),
    "application, to decide": application(),
    "application, asked back": application(decided="asked_back"),
    "application, done": application("?done", decided="approved"),
    "application, question missing": application("ask-back/", question=" "),
    "application, reason too long": application("decline/", reason="a" * 501),
    "application, too late": application("approve/", decided="approved", seen="0"),
    "application, too late, asked back": application("decline/", decided="asked_back", seen="0", reason=LONG),
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
