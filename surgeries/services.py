"""What organisers do with the diary itself: make surgeries, extend a series.

Whatever concerns bookings or emails as well (seats, publishing, calling off) is a verb of the app above.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from organisation.models import Department
from organisation.working_days import bank_holidays
from surgeries.templatetags.times import clock, span

from .models import USUAL_HOSTS, Making, Seat, Series, Slot, Surgery, Venue, local_moment
from .transactions import retried

SHORTEST_SLOT_MINUTES = 5
TOO_SHORT = f"A slot needs at least {SHORTEST_SLOT_MINUTES} minutes"
MOST_SEATS_PER_SLOT = 200
# In one press: more than a programme needs, and no more than the database takes in a second or two.
MOST_SEATS_AT_ONCE = 20_000
# How far ahead a series without a last date has its surgeries.
WEEKS_AHEAD = 10


class DiaryError(Exception):
    """The diary cannot be kept that way; the message says why, in words for the organiser."""


class SlotDoesNotFit(DiaryError):
    """Not a single slot of that length lies within the surgery."""


@dataclass(frozen=True)
class Skipped:
    """A date of the pattern on which no surgery was made."""

    day: date
    reason: str


@dataclass(frozen=True)
class Extension:
    """What extending a series made, and what it left out."""

    made: list[Surgery] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def slot_times(starts_at: datetime, ends_at: datetime, minutes: int) -> list[tuple[datetime, datetime]]:
    """The slots of a surgery, back to back from its start; one that would end after the surgery is left out."""
    length = timedelta(minutes=minutes)
    return [(starts_at + n * length, starts_at + (n + 1) * length) for n in range((ends_at - starts_at) // length)]


@dataclass(frozen=True, order=True)
class Within:
    """Where in its surgery a slot is: so many minutes after its start, and so many minutes long."""

    begins_after: int
    minutes: int

    @classmethod
    def of(cls, slot: Slot, surgery: Surgery) -> "Within":
        """Where this slot is in its surgery."""
        return cls(*(int(each.total_seconds()) // 60 for each in (
            slot.starts_at - surgery.starts_at, slot.ends_at - slot.starts_at)))  # fmt: skip

    def times(self, starts_at: datetime) -> tuple[datetime, datetime]:
        """When that is in a surgery which starts then."""
        start = starts_at + timedelta(minutes=self.begins_after)
        return start, start + timedelta(minutes=self.minutes)

    def overlaps(self, other: "Within") -> bool:
        """Whether both are at one time, if only in part. What begins as the other ends is after it."""
        return (
            self.begins_after < other.begins_after + other.minutes
            and other.begins_after < self.begins_after + self.minutes
        )


def own_slots(series: Series) -> dict[Within, int]:
    """The slots that the pattern of the series names one by one, each with its seats; mostly none."""
    own = series.pattern_slots.all() if series.pk else series.slots_to_have
    return {Within(each.begins_after, each.minutes): each.seats for each in own}


def slots_by_place(surgery: Surgery) -> dict[Within, int]:
    """The slots that a surgery has, each with its seats. Of a slot without a seat nobody has anything."""
    slots = surgery.slots.annotate(number_of_seats=Count("seats")).filter(number_of_seats__gt=0)
    return {Within.of(slot, surgery): slot.number_of_seats for slot in slots}


def usual_slots(series: Series) -> dict[Within, int]:
    """Those that it has unless it names its own: back to back, with as many seats each."""
    (times,) = times_of(series, [series.starts_on])
    every, start = slot_times(*times, series.slot_minutes), times[0]
    return {
        Within(int((begins - start).total_seconds()) // 60, series.slot_minutes): series.seats_per_slot
        for begins, _ in every
    }


def left_over(starts_at: datetime, ends_at: datetime, minutes: int) -> str:
    """What to tell the organiser when slots of that length end before the surgery does; empty if they fill it."""
    times = slot_times(starts_at, ends_at, minutes)
    if not times or times[-1][1] == ends_at:
        return ""
    return (
        f"Slots of {minutes} minutes go until {clock(times[-1][1])}. Nobody can book the time from then until "
        f"{clock(ends_at)}."
    )


@transaction.atomic
def create_surgery(
    *,
    venue: Venue,
    starts_at: datetime,
    ends_at: datetime,
    slot_minutes: int,
    seats_per_slot: int,
    is_drop_in: bool,
    hosts_wanted: int = USUAL_HOSTS,
    series: Series | None = None,
    cutoff_minutes: int | None = None,
    note: str = "",
) -> Surgery:
    """Make a draft surgery with its slots and their seats, and return it.

    `slot_minutes` may be as long as the surgery, which then is one long slot. `cutoff_minutes` (how long before the
    start the waiting list stops) is the department's unless given.

    Raises SlotDoesNotFit if the slots are longer than the surgery, DiaryError if the end is not after the start on the
    same day, a slot is shorter than 5 minutes, or it has no seats or more than 200.
    """
    (surgery,) = create_surgeries(
        times=[(starts_at, ends_at)],
        venue=venue,
        slot_minutes=slot_minutes,
        seats_per_slot=seats_per_slot,
        is_drop_in=is_drop_in,
        hosts_wanted=hosts_wanted,
        series=series,
        cutoff_minutes=cutoff_minutes,
        note=note,
    )
    return surgery


@transaction.atomic
def create_surgeries(
    *,
    times: Sequence[tuple[datetime, datetime]],
    venue: Venue,
    slot_minutes: int,
    seats_per_slot: int,
    is_drop_in: bool,
    hosts_wanted: int = USUAL_HOSTS,
    series: Series | None = None,
    making: Making | None = None,
    is_published: bool = False,
    cutoff_minutes: int | None = None,
    note: str = "",
    slots: Mapping[Within, int] | None = None,
) -> list[Surgery]:
    """Make a surgery for each start and end, in as many statements as for one, and return them in their order.

    With `slots` they have these, as far as they lie within it, instead of slots of `slot_minutes` back to back. They
    have no hosts yet, so to publish them at once tells nobody. Raises what `create_surgery` does, and DiaryError if
    that would be more seats than can be made at once.
    """
    if slot_minutes < SHORTEST_SLOT_MINUTES:
        raise DiaryError(f"{TOO_SHORT}.")
    if not 1 <= seats_per_slot <= MOST_SEATS_PER_SLOT:
        raise DiaryError(f"A slot needs between 1 and {MOST_SEATS_PER_SLOT} seats.")
    slots_of = [_slots_of(start, end, slot_minutes, seats_per_slot, slots) for start, end in times]
    seats = sum(its_seats for its_slots in slots_of for *_, its_seats in its_slots)
    if seats > MOST_SEATS_AT_ONCE:
        raise DiaryError(
            f"That would be {seats:,} seats. At most {MOST_SEATS_AT_ONCE:,} can be made at once: make fewer surgeries, "
            "or give each slot fewer seats."
        )
    if cutoff_minutes is None:
        cutoff_minutes = Department.current().cutoff_minutes
    surgeries = Surgery.objects.bulk_create(
        Surgery(
            venue=venue,
            series=series,
            making=making,
            state=Surgery.State.PUBLISHED if is_published else Surgery.State.DRAFT,
            starts_at=start,
            ends_at=end,
            is_drop_in=is_drop_in,
            hosts_wanted=hosts_wanted,
            cutoff_minutes=cutoff_minutes,
            note=note,
        )
        for start, end in times
    )
    made = Slot.objects.bulk_create(
        Slot(surgery=surgery, starts_at=start, ends_at=end)
        for surgery, its_slots in zip(surgeries, slots_of, strict=True)
        for start, end, _ in its_slots
    )
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery_id=slot.surgery_id, number=number)
        for slot, (*_, its_seats) in zip(made, chain.from_iterable(slots_of), strict=True)
        for number in range(1, its_seats + 1)
    )
    return surgeries


def _slots_of(
    starts_at: datetime, ends_at: datetime, minutes: int, seats: int, slots: Mapping[Within, int] | None
) -> list[tuple[datetime, datetime, int]]:
    if ends_at <= starts_at:
        raise DiaryError("The end has to come after the start.")
    if timezone.localdate(starts_at) != timezone.localdate(ends_at):
        raise DiaryError("A surgery ends on the day on which it starts.")
    if slots is None:
        found = [(*times, seats) for times in slot_times(starts_at, ends_at, minutes)]
    else:
        found = [(*within.times(starts_at), number) for within, number in sorted(slots.items())]
        found = [each for each in found if each[1] <= ends_at]
    if found:
        return found
    raise SlotDoesNotFit(f"A slot of {minutes} minutes is longer than the surgery.")


@retried
@transaction.atomic
def extend_series(*, series: Series, until: date, now: datetime | None = None) -> Extension:
    """Make drafts for the dates of a series that nobody has decided on yet, after `now` and up to `until`.

    Steps in local time and converts afterwards, so that 10:00 stays 10:00 across a change of the clocks. Bank holidays
    of the office's nation, and dates on which another surgery is at the venue, are left out and reported. What was
    struck out or deleted stays so, and a week (or month)
    in which the series has a surgery already is left alone, even if that surgery was moved to another day or hour
    of it: so extending twice changes nothing.

    Raises SlotDoesNotFit if the series asks for slots longer than its surgeries.
    """
    # Without the venue: after waiting for the lock PostgreSQL reads the series again, and not what is joined to it.
    series = Series.objects.select_for_update().get(pk=series.pk)
    undecided = [day for day in open_dates(series, until=until, now=now) if not is_decided(series, day)]
    against = what_speaks_against(series, undecided)
    extension = Extension(skipped=[Skipped(day, why) for day, why in against.items()])
    days = [day for day in undecided if day not in against]
    extension.made.extend(create_surgeries(times=times_of(series, days), **facts_of(series)) if days else [])
    if series.planned_until is None or series.planned_until < until:
        series.planned_until = until
        series.save(update_fields=["planned_until"])
    return extension


def open_dates(series: Series, *, until: date, now: datetime | None = None) -> list[date]:
    """The dates of the pattern from tomorrow up to `until` for whose week (or month) it has no surgery."""
    today = timezone.localdate(now)
    moments = series.surgeries.values_list("starts_at", flat=True) if series.pk else []
    taken = {series.turn(timezone.localdate(moment)) for moment in moments}
    return [day for day in series.dates(until=until) if day > today and series.turn(day) not in taken]


def what_speaks_against(series: Series, days: Sequence[date]) -> dict[date, str]:
    """Why the clock leaves some of these days out: a bank holiday, or a surgery that is at the venue by then."""
    found, nation = {}, series.venue.office.nation
    for day, there in at_venue(series.venue, times_of(series, days)).items():
        found[day] = f"Venue taken: {holder(there)} is there {span(there)}"
    for day in days:
        if holiday := bank_holidays(nation, day.year).get(day):
            found[day] = holiday
    return dict(sorted(found.items()))


def at_venue(venue: Venue, times: Sequence[tuple[datetime, datetime]]) -> dict[date, Surgery]:
    """By day, the first surgery that is at the venue while one from each start to its end would be: one query."""
    if not times:
        return {}
    around = {"starts_at__lt": times[-1][1], "ends_at__gt": times[0][0]}
    taken = Surgery.objects.filter(venue=venue, **around).exclude(state=Surgery.State.CALLED_OFF)
    by_day: dict[date, list[Surgery]] = defaultdict(list)
    for surgery in taken.select_related("series").order_by("starts_at", "pk"):
        by_day[timezone.localdate(surgery.starts_at)].append(surgery)
    found = {}
    for start, end in times:
        day = timezone.localdate(start)
        if there := [each for each in by_day[day] if each.starts_at < end and each.ends_at > start]:
            found[day] = there[0]
    return found


def holder(surgery: Surgery) -> str:
    """Who has the venue then, in words: the series, or a surgery of none."""
    return surgery.series.name if surgery.series else "a surgery"


def is_decided(series: Series, day: date) -> bool:
    """Whether somebody has decided on this date of the pattern: if it has no surgery, it was struck out or deleted."""
    return series.planned_until is not None and day <= series.planned_until


def times_of(series: Series, days: Sequence[date]) -> list[tuple[datetime, datetime]]:
    """When the surgeries of the series on these days start and end: the same hours on the clock, whatever the day."""
    return [(local_moment(day, series.start_time), local_moment(day, series.end_time)) for day in days]


def facts_of(series: Series) -> dict[str, Any]:
    """What the surgeries of the series have in common, for `create_surgeries`."""
    return {
        "series": series,
        "venue": series.venue,
        "slot_minutes": series.slot_minutes,
        "seats_per_slot": series.seats_per_slot,
        "is_drop_in": series.is_drop_in,
        "hosts_wanted": series.hosts_wanted,
        "cutoff_minutes": series.cutoff_minutes,
        "slots": own_slots(series) or None,
    }
