"""Signing in as people do, for tests: an address, the code from the outbox, and perhaps a second factor."""

from typing import Any

from django.test import Client

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


def another_than(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_signed_in(client: Client) -> bool:
    """Whether they see their own page."""
    return client.get("/account/").status_code == 200
