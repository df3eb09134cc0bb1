"""The emails about signing in: what queues them, and what they say."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.text import get_text_list

from accounts.models import User
from accounts.services import who_signs_in
from notifications.models import OutboxEmail
from notifications.registry import Message
from notifications.registry import email as kind
from notifications.rendering import button_to, render_email
from notifications.services import queue_email

CHANGES = {
    "totp added": ("Added", "An app on a phone"),
    "webauthn added": ("Added", "A passkey"),
    "totp removed": ("Removed", "The app on a phone"),
    "webauthn removed": ("Removed", "A passkey"),
    "all removed": ("Removed by an administrator", "Every second factor that you had, with its recovery codes"),
}
"""What can be done to a second factor, by what was done and which, and how the email says it."""

ADMINISTRATORS_NAMED = 3


def queue_code(*, kind: str, email: str, code: str, not_after: datetime) -> None:
    """The code with which whoever reads this address shows until `not_after` that it is theirs."""
    queue_email(
        kind=kind,
        to=email,
        about={},
        context={"code": code},
        dedupe_key=f"{kind}:{uuid4()}",
        not_after=not_after,
    )


def queue_role_changed(*, user: User, role: str, was: str) -> None:
    """Tell the user what an administrator has made them, and of what: each a `User.Role`."""
    queue_email(
        kind="role_changed",
        to=user.email,
        about={"user": user.pk, "role": role, "was": was},
        dedupe_key=f"role_changed:{uuid4()}",
    )


def queue_second_factor_changed(*, user: User, change: str) -> None:
    """Tell the user what was done to their second factor (one of CHANGES), in case it was not them."""
    queue_email(
        kind="second_factor_changed",
        to=user.email,
        about={"user": user.pk, "change": change},
        dedupe_key=f"second_factor_changed:{uuid4()}",
    )


def queue_recovery_code_used(*, user: User, left: int) -> None:
    """Tell the user that one of their recovery codes is used up, and how many are left."""
    queue_email(
        kind="recovery_code_used",
        to=user.email,
        about={"user": user.pk, "left": left},
        dedupe_key=f"recovery_code_used:{uuid4()}",
    )


@kind("sign_in_code", called="Code to sign in")
def sign_in_code(row: OutboxEmail) -> Message | None:
    """The code. Nobody is told who may not sign in: the email is dropped."""
    user = who_signs_in(email=row.recipient)
    if not user or "code" not in row.context:
        return None
    return render_email("sign_in_code", code_in_words(row) | {"name": user.name})


def code_in_words(row: OutboxEmail) -> dict[str, Any]:
    """What every email with a code says: the code, and how long it is good."""
    code = row.context["code"]
    return {"minutes": minutes_valid(), "facts": [("Your code", f"{code[:3]} {code[3:]}")]}


@kind("second_factor_changed", called="Second factor changed")
def second_factor_changed(row: OutboxEmail) -> Message | None:
    """To the address that they had when it was done: whoever did it may have changed that as well."""
    user = User.objects.filter(pk=row.about["user"], is_active=True).first()
    if not user:
        return None
    context = {
        "name": user.name,
        "administrators": _administrators_but(user),
        "is_added": row.about["change"].endswith("added"),
        "facts": [CHANGES[row.about["change"]]],
        "button": button_to("See your second factor", "accounts:second_factor"),
    }
    return render_email("second_factor_changed", context)


@kind("recovery_code_used", called="Recovery code used")
def recovery_code_used(row: OutboxEmail) -> Message | None:
    """How many were left then, to the address that they had then."""
    user = User.objects.filter(pk=row.about["user"], is_active=True).first()
    if not user:
        return None
    left = row.about["left"]
    text = "See them, or make new ones" if left else "Make new recovery codes"
    context = {
        "name": user.name,
        "administrators": _administrators_but(user),
        "left": left,
        "facts": [("Recovery codes that you have left", left or "None")],
        "button": button_to(text, "accounts:recovery_codes"),
    }
    return render_email("recovery_code_used", context)


@kind("role_changed", called="What you may do here")
def role_changed(row: OutboxEmail) -> Message | None:
    """What they are now, and whether that lets them in. What has been changed again since is not said."""
    user = User.objects.filter(pk=row.about["user"]).first()
    if not user or user.email != row.recipient or user.role != row.about["role"]:
        return None
    was = row.about.get("was")
    was_barred = was == User.Role.BARRED
    context = {
        "name": user.name,
        "role": user.role.value,
        "was_barred": was_barred,
        "is_let_in": was_barred or (was == User.Role.NEITHER and user.is_organiser),
        "button": button_to("Sign in", "account_login") if user.is_organiser or was_barred else None,
    }
    return render_email("role_changed", context)


def _administrators_but(user: User) -> str:
    """Some who can sign out whoever has got in: by name, because an email to them may be read or written by others."""
    others = User.objects.administrators().exclude(pk=user.pk)[:ADMINISTRATORS_NAMED]
    return get_text_list([str(each) for each in others], "or")


def minutes_valid() -> int:
    """How long a code can be used, as the email and the page say it."""
    return settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
