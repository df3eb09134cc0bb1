"""Thousands of rows, as the factories make them one by one: they would take half a minute."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import cycle

from django.db import connections

from bookings.models import Attendee, Booking, Visit
from organisation.models import Team
from surgeries.models import Seat

AT_ONCE = 2000


def count_rows() -> None:
    """Have PostgreSQL learn how many rows a test that commits has made: as autovacuum does, and only the owner may.

    Otherwise it goes by how many there were, and may choose a way that takes longer than a statement is let run.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def book_all(
    seats: Iterable[Seat], people: Sequence[Attendee], *, at: datetime, teams: Sequence[Team | None] = (None,)
) -> list[Booking]:
    """Each of these seats, booked then by one of these people after another, from one of these teams after another."""
    when = dict.fromkeys(("created_at", "changed_at", "confirmed_at"), at)
    return Booking.objects.bulk_create(
        (
            Booking(
                surgery=seat.surgery, attendee=person, name=person.name, seat=seat, slot=seat.slot, team=team,
                state=Booking.State.CONFIRMED, **when,
            )
            for seat, person, team in zip(seats, cycle(people), cycle(teams), strict=False)
        ),
        batch_size=AT_ONCE,
    )  # fmt: skip


def come_all(bookings: Iterable[Booking]) -> list[Visit]:
    """Whoever has booked these came when their time began."""
    return Visit.objects.bulk_create(
        (
            Visit(
                surgery=each.surgery, attendee=each.attendee, name=each.name, booking=each,
                arrived_at=each.slot and each.slot.starts_at,
            )
            for each in bookings
        ),
        batch_size=AT_ONCE,
    )  # fmt: skip
