"""Signing in, and the page of whoever is signed in."""

from datetime import timedelta
from typing import Any

import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings
from django.utils import timezone

from bookings.demonstration.signing_in import load_ready_made
from surgeries.models import Shift
from tests.accounts.signing_in import add_app, ask_for_code, enter, show, sign_in
from tests.everyone.booking import LONG
from tests.everyone.elsewhere import State
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory

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


def administering(*, of_one: bool = False, page: str = "", **typed: str) -> State:
    """The page of those who run the programme or of one of them, with what was typed."""

    def state(client: Client) -> Any:
        known = UserFactory.create(name=LONG, email=LONG_ADDRESS, organiser=True)
        Authenticator.objects.create(user=known, type=Authenticator.Type.TOTP, data={"secret": "x"})
        client.force_login(UserFactory.create(administrator=True, name=LONG))
        UserFactory.create(name=LONG, email=f"x{LONG_ADDRESS}", is_active=False)
        where = f"/organise/organisers/{known.pk}/{page}" if of_one else "/organise/organisers/"
        if typed:
            return client.post(where, typed, follow=True)
        return client.get(where)

    return state


def barred(client: Client) -> Any:
    """The page of a champion who was taken off two surgeries and, though that cannot be for long, hosts a third."""
    champion = ChampionFactory.create(user=UserFactory.create(name=LONG, email=LONG_ADDRESS))
    ShiftFactory.create_batch(2, champion=champion, ended_at=timezone.now(), ended_reason=Shift.BARRED)
    client.force_login(UserFactory.create(administrator=True))
    page = f"/organise/organisers/{champion.user.pk}/"
    client.post(page, {"role": "barred"})
    ShiftFactory.create(champion=champion, surgery=SurgeryFactory.create(draft=True))
    return client.get(page)


def signed_in(address: str, *, app: bool = False, demonstration: bool = False, **role: bool) -> State:
    @override_settings(DEMONSTRATION=demonstration)
    def state(client: Client) -> Any:
        sign_in(client, UserFactory.create(**role).email)
        if app:
            add_app(client)
        return client.get(address)

    return state


def removing(**role: bool) -> State:
    def state(client: Client) -> Any:
        sign_in(client, UserFactory.create(**role).email)
        add_app(client)
        return client.get(f"/account/second-factor/{Authenticator.objects.get(type='totp').pk}/remove/")

    return state


def at_the_step(code: str | None = None) -> State:
    def state(client: Client) -> Any:
        user = UserFactory.create(organiser=True)
        sign_in(client, user.email)
        add_app(client)
        client.post("/account/sign-out/")
        sign_in(client, user.email)
        return client.get("/sign-in/second-factor/") if code is None else show(client, code)

    return state


@override_settings(PUBLIC_BASE_URL="https://surgeries.example.gov.uk")
def with_passkeys(client: Client) -> Any:
    user = UserFactory.create()
    sign_in(client, user.email)
    Authenticator.objects.create(user=user, type="webauthn", data={})
    return client.get("/account/second-factor/")


@override_settings(PUBLIC_BASE_URL="https://surgeries.example.gov.uk")
def new_passkey(client: Client) -> Any:
    sign_in(client, UserFactory.create().email)
    return client.get("/account/second-factor/passkey/")


def wrong_app(client: Client) -> Any:
    sign_in(client, UserFactory.create().email)
    return client.post("/account/second-factor/app/", {"code": "1"})


def to_confirm(client: Client) -> Any:
    user = UserFactory.create(organiser=True)
    sign_in(client, user.email)
    add_app(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        return client.get("/account/second-factor/recovery-codes/", follow=True)


def with_single_sign_on(address: str) -> State:
    client = {"name": "x", "client_id": "x", "secret": "x", "settings": {"server_url": "http://127.0.0.1:9"}}
    providers = {"single_sign_on": {"APPS": [client | {"provider_id": "http://127.0.0.1:9"}]}}

    @override_settings(SSO_ISSUER="http://127.0.0.1:9", SSO_NAME="Coast login", SOCIALACCOUNT_PROVIDERS=providers)
    def state(browser: Client) -> Any:
        return browser.get(address)

    return state


def codes_used_up(client: Client) -> Any:
    sign_in(client, UserFactory.create().email)
    add_app(client)
    Authenticator.objects.filter(type="recovery_codes").update(data={"migrated_codes": []})
    return client.get("/account/second-factor/recovery-codes/")


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
    "account, before the second factor": signed_in("/account/", organiser=True),
    "sign in, with single sign-on": with_single_sign_on("/sign-in/?next=/account/"),
    "single sign-on, failed": with_single_sign_on("/sign-in/single-sign-on/"),
    "second factor, shown": at_the_step(),
    "second factor, wrong": at_the_step("1"),
    "second factor, to confirm": to_confirm,
    "second factor, required": signed_in("/account/second-factor/", organiser=True),
    "second factor, there": signed_in("/account/second-factor/", organiser=True, app=True),
    "second factor, offered": signed_in("/account/second-factor/", organiser=True, demonstration=True),
    "second factor, of a champion": signed_in("/account/second-factor/"),
    "second factor, passkeys": with_passkeys,
    "second factor, removed": signed_in("/account/second-factor/?done=removed"),
    "remove the app": removing(organiser=True),
    "remove the app, of a champion": removing(),
    "passkey": new_passkey,
    "app": signed_in("/account/second-factor/app/", organiser=True),
    "app, another": signed_in("/account/second-factor/app/", organiser=True, app=True),
    "app, wrong": wrong_app,
    "recovery codes": signed_in("/account/second-factor/recovery-codes/?done=new", app=True),
    "recovery codes, used up": codes_used_up,
    "organisers, wrong": administering(name="", email="bob", role=""),
    "organiser, wrong": administering(of_one=True, role="emperor"),
    "organiser, barred": barred,
    "organiser, second factor to be forgotten": administering(of_one=True, page="forget-second-factor/"),
}
