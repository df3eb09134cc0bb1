"""What organisers do with the diary itself: make surgeries, extend a series.

Whatever concerns bookings or emails as well (seats, publishing, calling off) is a verb of the app above.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from organisation.models import Department
from organisation.working_days import bank_holidays
from surgeries.templatetags.times import clock

from .models import USUAL_HOSTS, Seat, Series, Slot, Surgery, Venue, local_moment
from .transactions import retried

SHORTEST_SLOT_MINUTES = 5
MOST_SEATS_PER_SLOT = 200


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
    if ends_at <= starts_at:
        raise DiaryError("The end has to come after the start.")
    if timezone.localdate(starts_at) != timezone.localdate(ends_at):
        raise DiaryError("A surgery ends on the day on which it starts.")
    if slot_minutes < SHORTEST_SLOT_MINUTES:
        raise DiaryError(f"A slot needs at least {SHORTEST_SLOT_MINUTES} minutes.")
    if not 1 <= seats_per_slot <= MOST_SEATS_PER_SLOT:
        raise DiaryError(f"A slot needs between 1 and {MOST_SEATS_PER_SLOT} seats.")
    times = slot_times(starts_at, ends_at, slot_minutes)
    if not times:
        raise SlotDoesNotFit(f"A slot of {slot_minutes} minutes is longer than the surgery.")
    surgery = Surgery.objects.create(
        venue=venue,
        series=series,
        starts_at=starts_at,
        ends_at=ends_at,
        is_drop_in=is_drop_in,
        hosts_wanted=hosts_wanted,
        cutoff_minutes=Department.current().cutoff_minutes if cutoff_minutes is None else cutoff_minutes,
        note=note,
    )
    slots = Slot.objects.bulk_create(Slot(surgery=surgery, starts_at=start, ends_at=end) for start, end in times)
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery=surgery, number=number) for slot in slots for number in range(1, seats_per_slot + 1)
    )
    return surgery


@retried
@transaction.atomic
def extend_series(*, series: Series, until: date, now: datetime | None = None) -> Extension:
    """Make the drafts that are missing in a series, for every date of its pattern after `now` up to `until`.

    Steps in local time and converts afterwards, so that 10:00 stays 10:00 across a change of the clocks. Bank holidays
    of the office's nation are left out and reported. A week in which the series has a surgery already is left
    alone, even if that surgery was moved to another day or hour of the week: so extending twice changes nothing.

    Raises SlotDoesNotFit if the series asks for slots longer than its surgeries.
    """
    series = Series.objects.select_for_update(of=("self",)).select_related("venue__office").get(pk=series.pk)
    today = timezone.localdate(now)
    nation = series.venue.office.nation
    taken = {_week(timezone.localdate(start)) for start in series.surgeries.values_list("starts_at", flat=True)}
    extension = Extension()
    for day in series.dates(until=until):
        if day <= today or _week(day) in taken:
            continue
        if holiday := bank_holidays(nation, day.year).get(day):
            extension.skipped.append(Skipped(day, holiday))
            continue
        extension.made.append(
            create_surgery(
                series=series,
                venue=series.venue,
                starts_at=local_moment(day, series.start_time),
                ends_at=local_moment(day, series.end_time),
                slot_minutes=series.slot_minutes,
                seats_per_slot=series.seats_per_slot,
                is_drop_in=series.is_drop_in,
                hosts_wanted=series.hosts_wanted,
            )
        )
    return extension


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]
