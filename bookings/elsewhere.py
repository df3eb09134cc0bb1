"""What people and champions have at other surgeries, by which somebody would be at two places at once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q

from bookings.models import Attendee, Booking
from champions.models import Champion
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import Timed, when


@dataclass(frozen=True)
class Times:
    """From when to when something would be."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Timed) -> bool:
        return other.starts_at < self.ends_at and other.ends_at > self.starts_at


@dataclass(frozen=True)
class Elsewhere:
    """What everybody who is to move has, at whatever surgery, around the time to which they move."""

    seats: Sequence[Booking]
    shifts: Sequence[Shift]

    @classmethod
    def of(cls, *, people: Iterable[Attendee], champions: Collection[Champion], start: datetime, end: datetime) -> Self:
        """Two statements. Champions, who come with their user, are known by its address when they book."""
        people = list(people)
        users = {champion.user.email for champion in champions if champion.user}
        emails = users | {person.email for person in people if person.email}
        seats = (
            Booking.objects.holding_a_seat()
            .filter(Q(attendee__in=[person.pk for person in people]) | Q(attendee__email__in=users))
            .filter(slot__starts_at__lt=end, slot__ends_at__gt=start)
            .select_related("attendee", "slot", "surgery__venue__office")
        )
        shifts = (
            Shift.objects.live()
            .filter(starts_at__lt=end, ends_at__gt=start)
            .filter(Q(champion__in=champions) | Q(champion__user__email__in=emails))
            .select_related("champion__user", "surgery__venue__office")
        )
        return cls(list(seats), list(shifts))

    def seat_of(self, email: str | None, attendee: int | None, times: Times, *, apart_from: Surgery) -> str:
        """Where somebody sits then, in words."""
        for other in self.seats:
            is_theirs = other.attendee_id == attendee or (email and other.attendee.email == email)
            if is_theirs and other.surgery_id != apart_from.pk and other.slot and times.overlaps(other.slot):
                return f"has a seat at {other.surgery.venue}, {when(other.slot)}"
        return ""

    def shift_of(self, email: str | None, champion: int | None, times: Times, *, apart_from: Surgery) -> str:
        """Where somebody hosts then, in words."""
        for other in self.shifts:
            user = other.champion.user
            is_theirs = other.champion_id == champion or (email and user and user.email == email)
            if is_theirs and other.surgery_id != apart_from.pk and times.overlaps(other):
                return f"hosts at {other.surgery.venue}, {when(other)}"
        return ""
