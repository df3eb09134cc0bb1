"""Who may sign in."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User, normalise_email


@transaction.atomic
def make_administrator(*, email: str, name: str = "") -> User:
    """Make whoever has this address an administrator; a user who is new if nobody has it."""
    email = normalise_email(email)
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        return User.objects.create_superuser(email, name=name)
    user.name = name or user.name
    user.is_active = user.is_staff = user.is_superuser = True
    user.save(update_fields=["name", "is_active", "is_staff", "is_superuser"])
    return user


def sign_out_everywhere(*, user: User) -> None:
    """End every session of the user, wherever it is: each is bound to what Django keeps as the password."""
    user.set_unusable_password()
    user.save(update_fields=["password"])


def who_signs_in(*, email: str) -> User | None:
    """Whoever may sign in with this normalised address."""
    return User.objects.filter(email=email, is_active=True).first()


def take_in(*, email: str, name: str) -> User | None:
    """Whoever this normalised address belongs to, who has just shown that it is theirs or is known to an organiser: a
    user who is new if it was nobody's. None for somebody who may not sign in.
    """
    user = take_in_as(email=email, name=name)
    return user if user.is_active else None


def take_in_as(*, email: str, name: str) -> User:
    """Whoever this normalised address belongs to, whether they may sign in or not: a user who is new if nobody's."""
    new = {"name": name, "password": make_password(None)}
    user, _ = User.objects.get_or_create(email=email, defaults=new)
    return user
