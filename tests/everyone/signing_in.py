"""Signing in, and the page of whoever is signed in."""

from typing import Any

from django.test import Client, override_settings

from bookings.demonstration.signing_in import load_ready_made
from tests.accounts.signing_in import ask_for_code, enter
from tests.everyone.booking import LONG
from tests.everyone.elsewhere import State
from tests.factories import ChampionFactory, UserFactory

LONG_ADDRESS = f"{'a' * 60}@{'long.' * 10}example.gov.uk"


@override_settings(DEMONSTRATION=True)
def in_the_demonstration(client: Client) -> Any:
    ChampionFactory.create(name="Amina Yusuf")
    load_ready_made()
    return client.get("/sign-in/")


@override_settings(DEMONSTRATION=True)
def code_in_the_demonstration(client: Client) -> Any:
    return ask_for_code(client, LONG_ADDRESS, follow=True)


def wrong_code(client: Client) -> Any:
    ask_for_code(client, LONG_ADDRESS)
    return enter(client, "12345")


def account(**facts: Any) -> State:
    def state(client: Client) -> Any:
        champion = ChampionFactory.create(user=UserFactory.create(email=LONG_ADDRESS, **facts))
        client.force_login(champion.user)
        return client.get("/account/")

    return state


STATES: dict[str, State] = {
    "sign in": lambda client: client.get("/sign-in/?next=/account/"),
    "sign in, wrong": lambda client: client.post("/sign-in/", {"email": "alice"}),
    "sign in, signed out": lambda client: client.get("/sign-in/?out"),
    "sign in, in the demonstration": in_the_demonstration,
    "code": lambda client: ask_for_code(client, LONG_ADDRESS, follow=True),
    "code, wrong": wrong_code,
    "code, in the demonstration": code_in_the_demonstration,
    "account, of a champion": account(name=LONG[:100]),
    "account, of an organiser": account(organiser=True),
}
