"""How long somebody who walks in now may have to wait, from how the day goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, Exists, F, OuterRef, Sum

from bookings.availability import counted
from bookings.models import Booking, Help, Visit
from surgeries.models import Shift, Surgery

# Whoever has a seat in a slot that begins within this time goes before somebody who walks in now.
SOON = timedelta(minutes=15)
# How long help takes, as long as nothing says otherwise.
USUAL_HELP = timedelta(minutes=20)
STEP = timedelta(minutes=5)


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
    waiting = here.waiting().filter(~Exists(too_early))
    has_come = here.filter(attendee=OuterRef("attendee"))
    expected = seated.filter(~Exists(has_come), slot__starts_at__range=(now, now + SOON))
    rows = {"hosts": hosting, "busy": busy, "waiting": waiting, "expected": expected}
    counts = {name: counted(each, "surgery") for name, each in rows.items()}
    found = Surgery.objects.filter(pk=surgery.pk).annotate(**counts).values(*counts).get()
    turn = turns(hosts=found["hosts"], busy=found["busy"], ahead=found["waiting"] + found["expected"])
    if not turn:
        return None
    return about(rounded(turn * usual_help(surgery) / found["hosts"]), surgery, now=now)


def about(time: timedelta, surgery: Surgery, *, now: datetime) -> Wait:
    """A wait of so long that begins now."""
    return Wait(time, is_past_the_end=now + time >= surgery.ends_at)


def turns(*, hosts: int, busy: int, ahead: int) -> int:
    """How many people have to be done before a host has time for somebody new: none, if nobody hosts."""
    return max(ahead - (hosts - busy) + 1, 0) if hosts else 0


def rounded(time: timedelta) -> timedelta:
    """Up to whole steps: nobody minds being called earlier."""
    return max(-(-time // STEP), 1) * STEP


def usual_help(surgery: Surgery) -> timedelta:
    """How long people were helped there on average, once two are done: before that, as long as a slot.

    Whoever was passed on was helped by both. A surgery of one long slot says nothing of how long help takes.
    """
    ended = Help.objects.filter(surgery=surgery, ends_at__isnull=False)
    took = Sum(F("ends_at") - F("starts_at"), output_field=DurationField())
    done = ended.aggregate(time=took, people=Count("visit", distinct=True))
    if done["people"] >= 2:
        return done["time"] / done["people"]
    slots = surgery.slots.all()[:2]
    return slots[0].ends_at - slots[0].starts_at if len(slots) == 2 else USUAL_HELP
