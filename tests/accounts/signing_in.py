"""Signing in as people do, for tests: an address, the code from the outbox, and perhaps a second factor."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts.second_factor import TOTP_SECRET
from notifications.models import OutboxEmail

WRONG = "is not the code"


def ask_for_code(client: Client, email: str, **options: Any) -> Any:
    """Type the address, and press the button."""
    return client.post("/sign-in/", {"email": email}, **options)


def code_sent_to(email: str) -> str:
    """The code in the newest email to the address, before the worker has sent it."""
    return OutboxEmail.objects.filter(kind="sign_in_code", recipient=email).latest("pk").context["code"]


def enter(client: Client, code: str, **data: str) -> Any:
    """Type the code, and press the button."""
    return client.post("/sign-in/code/", {"code": code, **data})


def sign_in(client: Client, email: str) -> Any:
    """All of it."""
    ask_for_code(client, email)
    return enter(client, code_sent_to(email))


def add_app(client: Client) -> str:
    """Set up an app as somebody signed in. Returns its secret."""
    client.get("/account/second-factor/app/")
    secret = client.session[TOTP_SECRET]
    client.post("/account/second-factor/app/", {"code": code_of(secret)})
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def show(client: Client, code: str) -> Any:
    """Type the code of the second factor, and press the button."""
    return client.post("/sign-in/second-factor/", {"code": code})


def another_than(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_signed_in(client: Client) -> bool:
    """Whether they see a page of their own."""
    return client.get("/account/second-factor/").status_code == 200
