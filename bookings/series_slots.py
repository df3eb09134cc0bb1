"""Changing the slots and seats of several surgeries of a series at once, and of those that it makes later.

Only looks. `bookings.services.series_slots` looks again under the lock, and does it if it still comes to the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.text import get_text_list

from bookings.elsewhere import Times
from bookings.managing import fewer_than_booked, with_people
from bookings.models import Booking
from bookings.series_moves import LeftAlone, coming_of
from surgeries.models import Series, Slot, Surgery, local_moment
from surgeries.services import SHORTEST_SLOT_MINUTES, TOO_SHORT, Within, own_slots, usual_slots
from surgeries.templatetags.times import span


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to change of the slots of a surgery, by where in it they are: so it can be done to others alike.

    `seats` is how many there are to be, and `was` how many there are in the surgery that shows the way.
    """

    seats: Mapping[Within, int] = field(default_factory=dict)
    was: Mapping[Within, int] = field(default_factory=dict)
    removed: frozenset[Within] = frozenset()
    added: Mapping[Within, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.seats or self.removed or self.added)


@dataclass(frozen=True, kw_only=True)
class Reslotted:
    """What changes at one surgery: seats by slot, slots that go, and new ones with their seats. `waiting` go first."""

    surgery: Surgery
    slots: tuple[Any, ...]
    seats: dict[int, int]
    removed: tuple[int, ...]
    added: tuple[tuple[datetime, datetime, int], ...]
    waiting: int
    problem: str = ""

    @property
    def changes(self) -> bool:
        return bool(self.seats or self.removed or self.added)

    @property
    def seen(self) -> tuple[object, ...]:
        """Differs as soon as somebody books there, or the slots are others."""
        return (
            self.surgery.pk, str(self.surgery.state), self.waiting, self.seats, self.removed, self.added,
            [(slot.pk, slot.number_of_seats, slot.booked) for slot in self.slots], self.problem,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SlotsChange:
    """What it comes to. The surgery that shows the way is the first of `each`.

    `pattern` are the slots of those that the series makes later; None if they stay as they are.
    """

    wanted: Wanted
    each: tuple[Reslotted, ...]
    left_alone: tuple[LeftAlone, ...]
    pattern: Mapping[Within, int] | None

    @property
    def first(self) -> Reslotted:
        return self.each[0]

    @property
    def changes(self) -> bool:
        """Whether anything does: not if it has been done."""
        return self.pattern is not None or any(it.changes for it in self.each)

    @property
    def waiting(self) -> int:
        return sum(it.waiting for it in self.each if it.surgery.state == Surgery.State.PUBLISHED)

    @property
    def lines(self) -> list[str]:
        """What changes at each, in words and in order."""
        found = []
        for within, seats in self.wanted.seats.items():
            found.append((within, f"{self._span(within)}: {self._before(within)} → {_seats(seats)}"))
        found += [(within, f"{self._span(within)}: taken out") for within in self.wanted.removed]
        found += [(it, f"{self._span(it)}: new, with {_seats(seats)}") for it, seats in self.wanted.added.items()]
        return [words for _, words in sorted(found)]

    def _before(self, within: Within) -> str:
        """How many seats that slot has where it changes: not everywhere as many as in the first."""
        had = {
            slot.number_of_seats
            for it in self.each
            for slot in it.slots
            if slot.pk in it.seats and Within.of(slot, it.surgery) == within
        }
        return get_text_list([str(seats) for seats in sorted(had or {self.wanted.was[within]})], "or")

    def _span(self, within: Within) -> str:
        return span(Times(*within.times(self.first.surgery.starts_at))).capitalize()

    @property
    def version(self) -> str:
        """Another one as soon as it comes to something else."""
        left = [(each.surgery.pk, each.why) for each in self.left_alone]
        pattern = None if self.pattern is None else sorted(self.pattern.items())
        return sha256(repr(([it.seen for it in self.each], left, pattern)).encode()).hexdigest()[:32]


def _seats(number: int) -> str:
    return f"{number} seat{'' if number == 1 else 's'}"


def slots_change_of(surgery: Surgery, wanted: Wanted, which: str, *, now: datetime) -> SlotsChange:
    """What it comes to at `now`: the same few statements, however many surgeries the series has."""
    series = surgery.series
    assert series
    meant = [surgery, *coming_of(surgery, which, now=now)]
    made = own_slots(series) or usual_slots(series)
    first, *others = _as_booked(meant, wanted, made)
    return SlotsChange(
        wanted=wanted,
        each=(first, *(it for it in others if it.changes and not it.problem)),
        left_alone=tuple(LeftAlone(it.surgery, it.problem) for it in others if it.problem),
        pattern=_pattern(series, wanted, made),
    )


def _as_booked(surgeries: Sequence[Surgery], wanted: Wanted, made: Mapping[Within, int]) -> list[Reslotted]:
    """What changes at each of them, and what stands in the way of it. Their series makes them with the slots `made`."""
    ever = Booking.objects.filter(slot=OuterRef("pk"))
    chosen = Booking.objects.waiting().filter(suits=OuterRef("pk"))
    slots = Slot.objects.filter(surgery__in=surgeries).annotate(
        number_of_seats=Count("seats"),
        booked=Count("seats", filter=Q(seats__booking__isnull=False)),
        was_booked=Exists(ever),
        is_chosen=Exists(chosen),
    )
    there: dict[int, list[Any]] = defaultdict(list)
    for slot in with_people(tuple(slots.order_by("starts_at", "pk"))):
        there[slot.surgery_id].append(slot)
    waiting = Booking.objects.waiting().filter(surgery__in=surgeries).order_by()
    waits = dict(waiting.values_list("surgery").annotate(Count("pk")))
    return [_at(surgery, there[surgery.pk], waits.get(surgery.pk, 0), wanted, made) for surgery in surgeries]


def _at(surgery: Surgery, slots: Sequence[Any], waiting: int, wanted: Wanted, made: Mapping[Within, int]) -> Reslotted:
    here = {Within.of(slot, surgery): slot for slot in slots}
    added = {within: seats for within, seats in wanted.added.items() if not _is_there(here.get(within), seats)}
    it = Reslotted(
        surgery=surgery,
        slots=tuple(slots),
        seats={
            here[within].pk: seats
            for within, seats in wanted.seats.items()
            if within in here and here[within].number_of_seats != seats
        },
        removed=tuple(here[within].pk for within in sorted(wanted.removed) if within in here),
        added=tuple((*within.times(surgery.starts_at), seats) for within, seats in sorted(added.items())),
        waiting=waiting,
        problem=next(iter(_problems(surgery, here, wanted, added, made)), ""),
    )
    lacking = wanted.seats.keys() - here.keys()
    if lacking and not it.changes and not it.problem:
        return replace(it, problem=f"It has no slot {span(Times(*min(lacking).times(surgery.starts_at)))}")
    return it


def _is_there(slot: Any, seats: int) -> bool:
    return slot is not None and slot.number_of_seats == seats


def _problems(
    surgery: Surgery,
    here: Mapping[Within, Any],
    wanted: Wanted,
    added: Mapping[Within, int],
    made: Mapping[Within, int],
) -> Iterable[str]:
    """Why it cannot be done there, in words."""
    for within, seats in wanted.seats.items():
        times = span(Times(*within.times(surgery.starts_at)))
        slot = here.get(within)
        # Nobody touched what is as the series makes it, even if the surgery that shows the way was changed by hand. Nor
        # what is as that surgery was: the series may have been given other seats since it made both of them, and does
        # not remember what it said before. Of a slot without a seat it says nothing.
        if slot is None and within in made:
            yield f"It was changed by hand: it has no slot {times}"
        elif slot is None:
            continue
        elif slot.number_of_seats not in {seats, wanted.was[within], made.get(within, 0)}:
            yield f"It was changed by hand: its slot {times} has {_seats(slot.number_of_seats)}"
        elif seats < slot.booked:
            yield f"Of its slot {times}, {_lower(fewer_than_booked(slot.booked, seats, slot.people))}"
    for within in wanted.removed & here.keys():
        slot = here[within]
        if slot.booked:
            yield f"Of its slot {span(slot)}, {_lower(fewer_than_booked(slot.booked, 0, slot.people))}"
        elif slot.was_booked:
            yield f"Its slot {span(slot)} has been booked, so it stays on record. It can have no seats instead"
        elif slot.is_chosen:
            yield f"People on the waiting list chose its slot {span(slot)}"
    yield from _problems_of_new(surgery, {within: here[within] for within in here.keys() - wanted.removed}, added)


def _problems_of_new(surgery: Surgery, stay: Mapping[Within, Any], added: Iterable[Within]) -> Iterable[str]:
    """Why there can be no such slot beside those that stay."""
    for within in added:
        new = Times(*within.times(surgery.starts_at))
        if within.minutes < SHORTEST_SLOT_MINUTES:
            yield TOO_SHORT
        if there := next((each for each in sorted(stay) if within.overlaps(each)), None):
            yield f"The new slot, {span(new)}, would overlap its slot {span(stay[there])}"
        elif new.ends_at > surgery.ends_at:
            yield f"It is over before the new slot, {span(new)}, would be"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _pattern(series: Series, wanted: Wanted, made: Mapping[Within, int]) -> dict[Within, int] | None:
    """The slots of what it makes later, with the same change; None if that has no such slots, or would have none."""
    slots = dict(made)
    for within, seats in wanted.seats.items():
        if within in slots:
            slots[within] = seats
    for within in wanted.removed:
        slots.pop(within, None)
    stay = tuple(slots)
    (start, end) = (local_moment(series.starts_on, at) for at in (series.start_time, series.end_time))
    for within, seats in wanted.added.items():
        if not any(within.overlaps(each) for each in stay) and within.times(start)[1] <= end:
            slots[within] = seats
    # Of a slot without a seat nobody has anything.
    slots = {within: seats for within, seats in slots.items() if seats}
    return slots if slots and slots != made else None
