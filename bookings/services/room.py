"""Who sits with whom in the room: sit down, pass on, swap, done, and taking each of them back.

Every act says what whoever pressed had `seen` of the person: the id of the help that was going on, or None. If that is
not how it is any more, nothing is changed and SomebodyWasFaster says what happened; unless what was wanted is how it is
already, which a press that is repeated finds. Acts lock the visits, in order of id.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings.errors import NotHostingNow, SomebodyWasFaster
from bookings.models import Help, Visit
from bookings.services.attending import check_doors
from surgeries.models import Shift
from surgeries.transactions import retried


@retried
@transaction.atomic
def sit_down(*, visit: Visit, shift: Shift, by: User, seen: int | None = None, now: datetime | None = None) -> Help:
    """Let the champion of the shift sit with somebody; whoever sat with them so far passes them on.

    Raises SomebodyWasFaster, NotHostingNow and DoorsClosed.
    """
    now = now or timezone.now()
    (visit,) = _locked([visit.pk], by=by, now=now)
    _check_hosting(shift, visit)
    going_on = _going_on(visit)
    if going_on and going_on.shift_id == shift.pk:
        return going_on
    if visit.left_at or (going_on.pk if going_on else None) != seen:
        raise SomebodyWasFaster(going_on)
    if going_on:
        _end(going_on, now)
    return _begin(visit, shift, now)


@retried
@transaction.atomic
def swap(*, visit: Visit, other: Visit, by: User, seen: Iterable[int], now: datetime | None = None) -> None:
    """Let the two champions who sit with these people change places. `seen` are the ids of both helps.

    Raises SomebodyWasFaster, also when it was done already, and DoorsClosed.
    """
    now = now or timezone.now()
    both = _locked([visit.pk, other.pk], by=by, now=now)
    going_on = [_going_on(each) for each in both]
    if {each.pk for each in going_on if each} != set(seen) or len(both) != 2 or None in going_on:
        raise SomebodyWasFaster(next((each for each in going_on if each), None))
    one, two = (each for each in going_on if each)
    for each in (one, two):
        _end(each, now)
    _begin(one.visit, two.shift, now)
    _begin(two.visit, one.shift, now)


@retried
@transaction.atomic
def finish(*, visit: Visit, by: User, seen: int | None, now: datetime | None = None) -> Visit:
    """The person is done, or has left without having been helped. Done already, it changes nothing.

    Raises SomebodyWasFaster and DoorsClosed.
    """
    now = now or timezone.now()
    (visit,) = _locked([visit.pk], by=by, now=now)
    going_on = _going_on(visit)
    if visit.left_at:
        return visit
    if (going_on.pk if going_on else None) != seen:
        raise SomebodyWasFaster(going_on)
    if going_on:
        _end(going_on, now)
    visit.left_at = max(now, visit.arrived_at)
    visit.save(update_fields=["left_at"])
    return visit


@retried
@transaction.atomic
def call_back(*, visit: Visit, by: User, now: datetime | None = None) -> Visit:
    """The person is not done: they are here again, and wait. Here already, it changes nothing. Raises DoorsClosed."""
    now = now or timezone.now()
    (visit,) = _locked([visit.pk], by=by, now=now)
    if visit.left_at:
        visit.left_at = None
        visit.save(update_fields=["left_at"])
    return visit


@retried
@transaction.atomic
def stand_up(*, visit: Visit, by: User, seen: int, now: datetime | None = None) -> None:
    """Nobody sits with the person after all: the help that was begun, by a slip of the finger, never was.

    Raises SomebodyWasFaster and DoorsClosed.
    """
    now = now or timezone.now()
    (visit,) = _locked([visit.pk], by=by, now=now)
    going_on = _going_on(visit)
    if going_on and going_on.pk != seen:
        raise SomebodyWasFaster(going_on)
    if going_on:
        going_on.delete()


def _locked(ids: Iterable[int], *, by: User, now: datetime) -> list[Visit]:
    """These visits, locked in order of id. Raises SomebodyWasFaster if one was taken back meanwhile."""
    wanted = sorted(set(ids))
    rows = Visit.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk")
    visits = list(rows.select_related("surgery"))
    if len(visits) < len(wanted):
        raise SomebodyWasFaster(None)
    for visit in visits:
        check_doors(visit.surgery, by=by, now=now)
    return visits


def _check_hosting(shift: Shift, visit: Visit) -> None:
    if shift.surgery_id != visit.surgery_id or not Shift.objects.live().filter(pk=shift.pk).exists():
        raise NotHostingNow


def _going_on(visit: Visit) -> Help | None:
    """Read after the lock, so that it is what is true now."""
    return visit.helps.going_on().select_related("shift__champion", "visit").first()


def _end(going_on: Help, now: datetime) -> None:
    going_on.ends_at = max(now, going_on.starts_at)
    going_on.save(update_fields=["ends_at"])


def _begin(visit: Visit, shift: Shift, now: datetime) -> Help:
    return Help.objects.create(visit=visit, shift=shift, surgery_id=visit.surgery_id, starts_at=now)
