"""Who somebody is: the rows that one person is known by, as an attendee, as who signs in and as a champion."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from accounts.models import NOWHERE, REMOVED, User
from bookings.models import Attendee, Correction
from bookings.statements import lock_attendee


@dataclass(frozen=True, kw_only=True)
class Person:
    """The ids of their rows, and their addresses."""

    attendees: frozenset[int] = frozenset()
    users: frozenset[int] = frozenset()
    champions: frozenset[int] = frozenset()
    addresses: frozenset[str] = frozenset()


def person_of(attendee: Attendee) -> Person:
    """Whoever this attendee is: an address is one person, and so is a user. A name alone joins nobody.

    With the records that were merged into theirs; of one of those, whoever has it now.
    """
    attendee = attendee.merged_into or attendee
    mine = Q(pk=attendee.user_id) | (Q(email=attendee.email) if attendee.email else Q(pk__in=[]))
    users = list(User.objects.filter(mine).select_related("champion"))
    emails = {user.email for user in users} | ({attendee.email} if attendee.email else set())
    return _joined(users, Q(pk=attendee.pk) | Q(user__in=users) | Q(email__in=emails))


def person_who_signs_in(user: User) -> Person:
    """Whoever this user is, whether or not they ever booked."""
    return _joined([user], Q(user=user) | Q(email=user.email))


def together(people: Iterable[Person]) -> Person:
    """All of them as one."""
    known = list(people)
    return Person(
        **{each.name: frozenset().union(*(getattr(one, each.name) for one in known)) for each in fields(Person)}
    )


def _joined(users: list[User], theirs: Q) -> Person:
    records = Attendee.objects.filter(theirs)
    attendees = list(records.union(Attendee.objects.filter(merged_into__in=records.values("pk"))))
    addresses = [user.email for user in users] + [each.email for each in attendees if each.email]
    return Person(
        attendees=frozenset(each.pk for each in attendees),
        users=frozenset(user.pk for user in users),
        champions=frozenset(user.champion.pk for user in users if hasattr(user, "champion")),
        addresses=frozenset(address for address in addresses if not address.endswith(NOWHERE)),
    )


def is_removed(attendee: Attendee) -> bool:
    """Whether nothing is known of who it was."""
    return attendee.name == REMOVED and attendee.email is None


def is_named_for_good(attendee: Attendee) -> bool:
    """Whether rows point at it that stay: what was put right in a register, or a record that was merged into it."""
    return attendee.merged.exists() or Correction.objects.filter(attendee=attendee).exists()


@dataclass(frozen=True)
class Owner:
    """Whose an address is: what tells them from everybody else, what they are called, and where their page is."""

    key: str
    name: str
    page: str


def owner_of(email: str) -> Owner | None:
    """Whoever is known by this normalised address, because they booked, came or sign in with it."""
    return owners_of([email]).get(email)


def owners_of(emails: Iterable[str]) -> dict[str, Owner]:
    """The same of several: two statements however many they are."""
    wanted = set(emails)
    owners = {
        user.email: Owner(f"user-{user.pk}", str(user), reverse("bookings:person_who_signs_in", args=[user.pk]))
        for user in User.objects.known().filter(email__in=wanted)
    }
    for each in Attendee.objects.filter(email__in=wanted).only("name", "email"):
        assert each.email
        owners[each.email] = Owner(f"person-{each.pk}", each.name, reverse("bookings:person", args=[each.pk]))
    return owners


def attendee_of(user: User, *, now: datetime) -> Attendee:
    """Somebody who signs in, as an attendee: made, if they never booked or came, so that they have a page."""
    known = Attendee.objects.filter(Q(user=user) | Q(email=user.email)).order_by("user").first()
    return known or Attendee.objects.get(pk=lock_attendee(email=user.email, name=str(user).partition("@")[0], now=now))
