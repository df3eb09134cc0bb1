"""Giving several surgeries of a series, and those that it makes later, other slots and seats at once."""

from collections import defaultdict
from copy import copy
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.series_moves import coming_of
from bookings.series_slots import Reslotted, SlotsChange, Wanted, slots_change_of
from bookings.services.waiting import promote_and_tell
from bookings.statements import lock_surgeries
from surgeries.models import PatternSlot, Seat, Series, Slot, Surgery
from surgeries.services import DiaryError, Within, usual_slots
from surgeries.transactions import Contention, retried


@retried
@transaction.atomic
def change_slots_of_series(
    *, surgery: Surgery, wanted: Wanted, which: str, seen: str | None = None, now: datetime | None = None
) -> SlotsChange:
    """Change the slots of the surgery, of others of its series alike, and of its pattern; return what that came to.

    All of it or nothing. Whoever waits goes first. Raises OutOfDate if that is not what the organiser has `seen` (the
    version of a SlotsChange), DiaryError if it cannot be done at the surgery itself.
    """
    now = now or timezone.now()
    surgeries = lock_surgeries([surgery.pk, *(each.pk for each in coming_of(surgery, which, now=now))])
    here = copy(surgeries[surgery.pk])
    if here.is_called_off or here.is_over(now):
        raise DiaryError("What has been, or is called off, stays as it is.")
    here.series = Series.objects.select_for_update(no_key=True, of=("self",)).get(surgeries=here)
    it = slots_change_of(here, wanted, which, now=now)
    if not {each.surgery.pk for each in it.each} <= surgeries.keys():
        raise Contention  # one was added in this very moment
    if seen is not None and it.version != seen:
        raise OutOfDate
    if it.first.problem:
        raise DiaryError(f"{it.first.problem}.")
    _remove([pk for each in it.each for pk in each.removed])
    _add(it.each)
    _set_seats({pk: seats for each in it.each for pk, seats in each.seats.items()})
    if it.pattern is not None:
        set_pattern(here.series, dict(it.pattern))
    promote_and_tell(surgeries.values(), now=now)
    return it


def set_pattern(series: Series, slots: dict[Within, int]) -> None:
    """Let the series make its surgeries with these slots. Where they are its usual ones, it names none of its own."""
    series.pattern_slots.all().delete()
    seats = set(slots.values())
    if slots.keys() == usual_slots(series).keys() and len(seats) == 1:
        series.seats_per_slot = seats.pop()
        series.save(update_fields=["seats_per_slot"])
        return
    PatternSlot.objects.bulk_create(
        PatternSlot(series=series, begins_after=within.begins_after, minutes=within.minutes, seats=number)
        for within, number in sorted(slots.items())
    )


def _remove(slots: list[int]) -> None:
    try:
        Slot.objects.filter(pk__in=slots).delete()
    except ProtectedError:
        raise Contention from None  # booked in this very moment, by a path that takes no lock


def _add(each: tuple[Reslotted, ...]) -> None:
    new = [(it.surgery, *times) for it in each for times in it.added]
    made = Slot.objects.bulk_create(
        Slot(surgery=surgery, starts_at=start, ends_at=end) for surgery, start, end, _ in new
    )
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery_id=slot.surgery_id, number=number)
        for slot, (*_, seats) in zip(made, new, strict=True)
        for number in range(1, seats + 1)
    )


def _set_seats(wanted: dict[int, int]) -> None:
    """Free seats go, the last ones first; new ones get numbers of their own."""
    existing: dict[int, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.filter(slot__in=wanted).select_related("booking").order_by("number"):
        existing[seat.slot_id].append(seat)
    surgery_of = dict(Slot.objects.filter(pk__in=wanted).values_list("pk", "surgery"))
    goes: list[int] = []
    comes: list[Seat] = []
    for slot, number in wanted.items():
        seats = existing[slot]
        free = [seat.pk for seat in seats if not hasattr(seat, "booking")]
        surplus, last = len(seats) - number, seats[-1].number if seats else 0
        goes += free[len(free) - surplus :] if surplus > 0 else []
        comes += [
            Seat(slot_id=slot, surgery_id=surgery_of[slot], number=last + extra) for extra in range(1, 1 - surplus)
        ]
    Seat.objects.filter(pk__in=goes).delete()
    Seat.objects.bulk_create(comes)
