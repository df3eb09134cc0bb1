"""The emails about signing in: what queues them, and what they say."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings

from accounts.services import who_signs_in
from notifications.models import OutboxEmail
from notifications.registry import Message
from notifications.registry import email as kind
from notifications.rendering import render_email
from notifications.services import queue_email


def queue_code(*, email: str, code: str, not_after: datetime) -> None:
    """The code with which whoever reads this address signs in until `not_after`."""
    queue_email(
        kind="sign_in_code",
        to=email,
        about={},
        context={"code": code},
        dedupe_key=f"sign_in_code:{uuid4()}",
        not_after=not_after,
    )


@kind("sign_in_code", called="Code to sign in")
def sign_in_code(row: OutboxEmail) -> Message | None:
    """The code. Nobody is told who may not sign in: the email is dropped."""
    user = who_signs_in(email=row.recipient)
    if not user or "code" not in row.context:
        return None
    code = row.context["code"]
    context = {"name": user.name, "minutes": minutes_valid(), "facts": [("Your code", f"{code[:3]} {code[3:]}")]}
    return render_email("sign_in_code", context)


def minutes_valid() -> int:
    """How long a code can be used, as the email and the page say it."""
    return settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
