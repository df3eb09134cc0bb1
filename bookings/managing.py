"""What organisers see of one surgery: how it stands, its slots with their seats, who hosts and who waits."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.db.models import Count, Q
from django.utils.text import get_text_list

from bookings.consequences import in_numbers
from bookings.models import Booking
from bookings.room import is_open
from bookings.services.diary import why_it_stays_published
from surgeries.hosts import Gap, gaps
from surgeries.models import Shift, Surgery


@dataclass(frozen=True)
class Standing:
    """How a surgery stands, in one word, the colour of its tag, and what that means for everybody."""

    word: str
    colour: str
    meaning: str


def standing_of(surgery: Surgery, *, now: datetime) -> Standing:
    """How the surgery stands at `now`."""
    if surgery.is_called_off:
        return Standing("Called off", "red", "Its page says why. Whoever booked, waited or hosted has been told.")
    if surgery.state == Surgery.State.DRAFT:
        if surgery.is_over(now):
            return Standing("Never published", "grey", "It was a draft until its time was over. Nobody but you saw it.")
        return Standing("Draft", "yellow", "Only organisers see it.")
    if surgery.is_over(now):
        return Standing("Over", "grey", "The register says who came.")
    if surgery.starts_at <= now:
        return Standing("Under way", "blue", "It is going on now.")
    return Standing("Published", "green", "Everybody sees it and can book.")


@dataclass(frozen=True)
class Managed:
    """A surgery with all that its organisers decide by. `slots` have their `number_of_seats` and how many `booked`."""

    surgery: Surgery
    standing: Standing
    slots: tuple[Any, ...]
    shifts: tuple[Shift, ...]
    gaps: tuple[Gap, ...]
    waiting: int
    is_over: bool
    has_open_room: bool
    can_wait: bool
    can_be_draft: bool
    # Whom calling it off concerned, such as "12 booked and 1 host".
    was_told: str

    @property
    def seats(self) -> int:
        return sum(slot.number_of_seats for slot in self.slots)

    @property
    def booked(self) -> int:
        return sum(slot.booked for slot in self.slots)

    @property
    def hosts(self) -> int:
        """How many champions host, whatever parts of it they have."""
        return len({shift.champion_id for shift in self.shifts})

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed: what has been stays as it was."""
        return not (self.is_over or self.surgery.is_called_off)

    @property
    def is_draft(self) -> bool:
        return self.surgery.state == Surgery.State.DRAFT


def slots_of(surgery: Surgery) -> tuple[Any, ...]:
    """Its slots, the first one first, with their `number_of_seats` and how many are `booked`: one query."""
    booked = Count("seats", filter=Q(seats__booking__isnull=False))
    slots = surgery.slots.annotate(number_of_seats=Count("seats"), booked=booked)
    return tuple(slots.order_by("starts_at", "pk"))  # what is counted has no order of its own


def with_people(slots: tuple[Any, ...]) -> tuple[Any, ...]:
    """The slots with the names of the `people` who booked each: one query."""
    names: dict[int, list[str]] = defaultdict(list)
    booked = Booking.objects.holding_a_seat().filter(slot__in=slots).order_by("name")
    for slot, name in booked.values_list("slot", "name"):
        names[slot].append(name)
    for slot in slots:
        slot.people = names[slot.pk]
    return slots


def managed(surgery: Surgery, *, now: datetime) -> Managed:
    """Look at the surgery as it is at `now`: three queries, however many people there are; two more, if called off."""
    shifts = tuple(surgery.shifts.live().select_related("champion").order_by("champion__name", "starts_at"))
    return Managed(
        surgery=surgery,
        standing=standing_of(surgery, now=now),
        slots=slots_of(surgery),
        shifts=shifts,
        gaps=tuple(gaps(surgery, shifts)),
        waiting=surgery.bookings.waiting().count(),
        is_over=surgery.is_over(now),
        has_open_room=is_open(surgery, now),
        can_wait=now < surgery.cutoff_at,
        can_be_draft=not shifts and not why_it_stays_published(surgery, now=now),
        was_told=told_of_calling_off([surgery]) if surgery.is_called_off else "",
    )


def told_of_calling_off(surgeries: Collection[Surgery]) -> str:
    """Whose bookings and shifts ended because these were called off, in numbers; empty for nobody: two queries."""
    ended = Booking.objects.filter(surgery__in=surgeries, cancelled_reason=Shift.CALLED_OFF)
    counts = ended.aggregate(booked=Count("slot"), waiting=Count("pk", filter=Q(slot=None)))
    shifts = Shift.objects.filter(surgery__in=surgeries, ended_reason=Shift.CALLED_OFF)
    hosts = shifts.values("champion").distinct().count()
    return in_numbers(counts["booked"], counts["waiting"], hosts)


def fewer_than_booked(booked: int, seats: int, people: Sequence[str]) -> str:
    """What to say to somebody who would leave fewer `seats` than are booked: who would have to move, or how many."""
    are = "is" if booked == 1 else "are"
    who = get_text_list(list(people), "and")
    if seats:
        who = f"{str(apnumber(booked - seats)).capitalize()} of {who}"
    return f"{booked} {are} booked. {who} would have to move first"
