"""Seats left: counted in SQL from the seats that no booking holds, and put into words in one place.

A seat counts as left when its slot has not started and no live booking points at it (a cancelled booking points at
none, which a constraint guards). Numbers are as of the statement that read them.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.models import Booking
from surgeries.models import Seat, Surgery, SurgeryQuerySet


def counted(rows: QuerySet, per: str) -> Coalesce:
    """How many of `rows` there are for each `per`, as a subquery that says 0 for none."""
    counts = rows.order_by().values(per).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def with_availability(surgeries: SurgeryQuerySet, *, now: datetime) -> SurgeryQuerySet:
    """Annotate `seats_open` (in slots that start after `now`), `seats_left` of them, and how many are `waiting`."""
    bookable = Seat.objects.filter(surgery=OuterRef("pk"), slot__starts_at__gt=now)
    waiting = Booking.objects.waiting().filter(surgery=OuterRef("pk"))
    return surgeries.annotate(
        seats_open=counted(bookable, "surgery"),
        seats_left=counted(bookable.filter(booking=None), "surgery"),
        waiting=counted(waiting, "surgery"),
    )


def is_full(now: datetime) -> Q:
    """A condition on surgeries: every seat that could still be booked is taken.

    Not by counting for each surgery, which PostgreSQL may do by reading all slots anew for each of them as long as it
    has no statistics. What exists it joins as sets, once.
    """
    bookable = Seat.objects.filter(surgery=OuterRef("pk"), slot__starts_at__gt=now)
    return Q(Exists(bookable)) & ~Q(Exists(bookable.filter(booking=None)))


@dataclass(frozen=True)
class Availability:
    """What can be had at a surgery, in numbers and in the words that people read."""

    seats_open: int
    seats_left: int
    waiting: int
    is_drop_in: bool
    is_under_way: bool
    is_past_cutoff: bool

    @classmethod
    def of(cls, surgery: Surgery, *, now: datetime) -> "Availability":
        """Of a surgery that `with_availability` has counted."""
        counts = {name: getattr(surgery, name) for name in ("seats_open", "seats_left", "waiting")}
        return cls(
            **counts,
            is_drop_in=surgery.is_drop_in,
            is_under_way=surgery.starts_at <= now,
            is_past_cutoff=surgery.cutoff_at <= now,
        )

    @property
    def can_book(self) -> bool:
        return self.seats_left > 0

    @property
    def is_full(self) -> bool:
        """Every seat that could still be booked is taken."""
        return self.seats_open > 0 and self.seats_left == 0

    @property
    def can_wait(self) -> bool:
        """Full, and early enough that a seat which comes free would still go to the first in line."""
        return self.is_full and not self.is_past_cutoff

    @property
    def words(self) -> str:
        """Such as "2 seats left", "Full: 3 waiting", "Drop in"."""
        if self.can_book:
            return seats_left_in_words(self.seats_left)
        if self.is_full:
            return f"Full: {self.waiting} waiting" if self.waiting else "Full"
        if self.is_drop_in:
            return "Drop in"
        return "Under way" if self.is_under_way else "No seats to book"

    @property
    def aside(self) -> str:
        """What to know beside: that people may drop in as well, or can get in line."""
        if self.is_drop_in:
            if self.is_full:
                return "Drop-ins welcome"
            return "or drop in" if self.seats_open else ""
        return "waiting list open" if self.can_wait and not self.waiting else ""


def seats_left_in_words(seats: int) -> str:
    """Such as "2 seats left", "1 seat left", "Full"."""
    if seats < 1:
        return "Full"
    return f"{seats} seat{'' if seats == 1 else 's'} left"
