"""How long somebody who walks in now may have to wait, from how the day goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum

from bookings.availability import counted
from bookings.models import Booking, Help, Visit
from surgeries.models import Shift, Slot, Surgery

# Whoever has a seat in a slot that begins within this time goes before somebody who walks in now.
SOON = timedelta(minutes=15)
# How long help takes, as long as nothing says otherwise.
USUAL_HELP = timedelta(minutes=20)
# So many people as if helped before the first, each for as long as a slot.
AS_IF = 3
STEP = timedelta(minutes=5)
# Of a slot, or of help that has ended.
LENGTH = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())


@dataclass(frozen=True)
class Wait:
    """About so long; perhaps longer than the surgery lasts."""

    time: timedelta
    is_past_the_end: bool

    @property
    def minutes(self) -> int:
        return self.time // timedelta(minutes=1)


def wait_at(surgery: Surgery, *, now: datetime) -> Wait | None:
    """How long somebody who walks in now may have to wait; None if somebody is free, or nobody hosts yet."""
    hosting = Shift.objects.live().filter(surgery=surgery, starts_at__lte=now, ends_at__gt=now)
    busy = hosting.filter(Exists(Help.objects.going_on().filter(shift=OuterRef("pk"))))
    seated, here = Booking.objects.holding_a_seat().filter(surgery=surgery), Visit.objects.filter(surgery=surgery)
    too_early = seated.filter(attendee=OuterRef("attendee"), slot__starts_at__gt=now + SOON)
    # Whoever was entered from paper has no turn before somebody who is known to wait, unless by their slot.
    in_turn = Q(arrived_at__isnull=False) | Exists(seated.filter(attendee=OuterRef("attendee")))
    waiting = here.waiting().filter(~Exists(too_early), in_turn)
    has_come = here.filter(attendee=OuterRef("attendee"))
    expected = seated.filter(~Exists(has_come), slot__starts_at__range=(now, now + SOON))
    slots = Slot.objects.filter(surgery=surgery).order_by("starts_at")
    rows = {"hosts": hosting, "busy": busy, "waiting": waiting, "expected": expected, "of_slots": slots}
    told: dict[str, Any] = {name: counted(each, "surgery") for name, each in rows.items()}
    told["first_slot"] = Subquery(slots.values(length=LENGTH)[:1])
    found = Surgery.objects.filter(pk=surgery.pk).annotate(**told).values(*told).get()
    turn = turns(hosts=found["hosts"], busy=found["busy"], ahead=found["waiting"] + found["expected"])
    if not turn:
        return None
    # One long slot says nothing of how long help takes.
    slot = found["first_slot"] if found["of_slots"] > 1 else USUAL_HELP
    return about(rounded(turn * usual_help(surgery, slot=slot) / found["hosts"]), surgery, now=now)


def about(time: timedelta, surgery: Surgery, *, now: datetime) -> Wait:
    """A wait of so long that begins now."""
    return Wait(time, is_past_the_end=now + time >= surgery.ends_at)


def turns(*, hosts: int, busy: int, ahead: int) -> int:
    """How many people have to be done before a host has time for somebody new: none, if nobody hosts."""
    return max(ahead - (hosts - busy) + 1, 0) if hosts else 0


def rounded(time: timedelta) -> timedelta:
    """Up to whole steps: nobody minds being called earlier."""
    return max(-(-time // STEP), 1) * STEP


def usual_help(surgery: Surgery, *, slot: timedelta) -> timedelta:
    """How long help takes there: at first as long as a slot, and from then on as the day goes, little by little.

    The mean of how long everybody was helped so far and of AS_IF others who took as long as a slot. Nobody counts for
    more than two slots. So one visit, however short or long, moves it by a quarter of a slot at most. Whoever was
    passed on was helped by both.
    """
    ended = Help.objects.filter(surgery=surgery, ends_at__isnull=False).order_by()
    times = [
        min(time, 2 * slot) for time in ended.values("visit").annotate(took=Sum(LENGTH)).values_list("took", flat=True)
    ]
    return sum(times, AS_IF * slot) / (AS_IF + len(times))
