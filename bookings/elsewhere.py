"""What people and champions have at other surgeries, by which somebody would be at two places at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q

from bookings.models import Attendee, Booking
from history.models import Change
from surgeries.models import Shift, Slot, Surgery
from surgeries.templatetags.times import Timed, span, when


def overlap(one: Timed, other: Timed) -> bool:
    """Whether they are at one time, if only in part. What begins as the other ends is after it."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


@dataclass(frozen=True)
class Times:
    """From when to when something would be."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Timed) -> bool:
        return overlap(self, other)


@dataclass(frozen=True)
class Clash:
    """Why somebody cannot be there: in words about them, and the time and place of the seat or shift that they keep."""

    words: str
    place: str = ""
    is_shift: bool = False

    def __str__(self) -> str:
        return self.words

    def told(self, before: str) -> dict[str, str]:
        """What only the email itself knows: where and when they were to be, and what they keep instead."""
        return {"before": before, **({"hosts" if self.is_shift else "keeps": self.place} if self.place else {})}


def kept_instead(told: Mapping[str, str]) -> list[tuple[str, str]]:
    """What they keep, as a fact of the email that was `told` of it."""
    return [(label, told[name]) for name, label in (("keeps", "You keep"), ("hosts", "You host")) if name in told]


def shifts_around(
    surgeries: Iterable[Surgery], *, people: Iterable[Attendee], start: datetime, end: datetime
) -> list[Shift]:
    """Who hosts at these surgeries, and what they and these people host then at whatever surgery: one statement."""
    here = Q(surgery__in=surgeries)
    theirs = Q(champion__in=Shift.objects.live().filter(here).values("champion"))
    theirs |= Q(champion__user__email__in={person.email for person in people if person.email})
    shifts = Shift.objects.live().filter(here | Q(starts_at__lt=end, ends_at__gt=start) & theirs)
    return list(
        shifts.select_related("champion__user", "surgery__venue__office").order_by("champion__name", "starts_at")
    )


def in_the_way(attendee: int, email: str, *, surgery: Surgery, slot: Slot | None, moving: Booking | None = None) -> str:
    """What keeps somebody from a booking, in words for organisers: theirs at the surgery, or what they have at the time
    of the slot. The same as `statements.has_one_already` finds under the lock.

    Empty if nothing is in the way. Their booking that is `moving` never is.
    """
    theirs = Booking.objects.live().filter(Q(attendee=attendee) | Q(attendee__email=email))
    theirs = theirs.exclude(pk=moving.pk if moving else 0).select_related("slot", "surgery__venue__office")
    if here := theirs.filter(surgery=surgery).first():
        return f"They have a seat here already, {span(here.slot)}" if here.slot else "They wait in line here already"
    if slot is None:
        return ""
    if seat := theirs.filter(slot__starts_at__lt=slot.ends_at, slot__ends_at__gt=slot.starts_at).first():
        return f"They have a seat elsewhere at that time: {when(seat.times)}, {seat.surgery.venue}"
    shifts = Shift.objects.live().overlapping(slot).filter(champion__user__email=email)
    if shift := shifts.select_related("surgery__venue__office").first():
        return f"They host at that time: {when(shift)}, {shift.surgery.venue}"
    return ""


def until_released(booking: Booking) -> Times | None:
    """When somebody was to sit who was released because the surgery moved; None if it is not remembered any more.

    Their slot has moved with the surgery, and may have moved again since. So this is what its first move after their
    booking ended says of when it was.
    """
    if booking.slot_id is None:
        return None
    ended = Change.objects.filter(table=Booking._meta.db_table, key=booking.pk, facts__state__1=booking.state)
    moved = Change.objects.filter(
        table=Slot._meta.db_table,
        key=booking.slot_id,
        id__gt=ended.order_by("-id").values("id")[:1],
        facts__has_keys=["starts_at", "ends_at"],
    )
    change = moved.order_by("id").first()
    if change is None or change.facts is None:
        return None
    return Times(*(datetime.fromisoformat(change.facts[name][0]) for name in ("starts_at", "ends_at")))


@dataclass(frozen=True)
class Elsewhere:
    """What everybody who is to move has, at whatever surgery, around the time to which they move."""

    seats: Sequence[Booking]
    shifts: Sequence[Shift]

    @classmethod
    def of(cls, *, people: Iterable[Attendee], shifts: Sequence[Shift], start: datetime, end: datetime) -> Self:
        """One statement besides the `shifts`, which `shifts_around` has read: those who host book by their address."""
        people = list(people)
        users = {shift.champion.user.email for shift in shifts if shift.champion.user}
        seats = (
            Booking.objects.holding_a_seat()
            .filter(Q(attendee__in=[person.pk for person in people]) | Q(attendee__email__in=users))
            .filter(slot__starts_at__lt=end, slot__ends_at__gt=start)
            .select_related("attendee", "slot", "surgery__venue__office")
        )
        return cls(list(seats), [shift for shift in shifts if shift.starts_at < end and shift.ends_at > start])

    def seat_of(self, email: str | None, attendee: int | None, times: Times, *, apart_from: int) -> Clash | None:
        """Where somebody sits then."""
        for other in self.seats:
            is_theirs = other.attendee_id == attendee or (email and other.attendee.email == email)
            if is_theirs and other.surgery_id != apart_from and other.slot and times.overlaps(other.slot):
                time, venue = when(other.slot), other.surgery.venue
                return Clash(f"has a seat at {venue}, {time}", f"{time}, {venue}")
        return None

    def shift_of(self, email: str | None, champion: int | None, times: Times, *, apart_from: int) -> Clash | None:
        """Where somebody hosts then."""
        for other in self.shifts:
            user = other.champion.user
            is_theirs = other.champion_id == champion or (email and user and user.email == email)
            if is_theirs and other.surgery_id != apart_from and times.overlaps(other):
                time, venue = when(other), other.surgery.venue
                return Clash(f"hosts at {venue}, {time}", f"{time}, {venue}", is_shift=True)
        return None
