"""Who sits with whom in the room: sit down, pass on, swap, done, and taking each of them back.

Every act says what whoever pressed had `seen` of the person: the id of the help that was going on, None if they waited,
or when they left. What may come again (somebody waits again, or their help goes on as before) has another `version` of
the visit then. If that is not how it is any more, nothing is changed and SomebodyWasFaster says what happened; unless
what was wanted is how it is already, which a press that is repeated finds. Acts lock the visits and then the shifts,
each in order of id.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from bookings.errors import NotHostingNow, SomebodyWasFaster
from bookings.models import Help, Visit
from bookings.services.attending import check_doors
from surgeries.models import Shift
from surgeries.transactions import Contention, retried


@retried
@transaction.atomic
def sit_down(
    *,
    visit: Visit,
    shift: Shift,
    by: User,
    seen: int | None = None,
    version: int = 0,
    now: datetime | None = None,
) -> Help:
    """Let the champion of the shift sit with somebody; whoever sat with them so far passes them on.

    Raises SomebodyWasFaster, NotHostingNow and DoorsClosed.
    """
    (visit,) = _locked([visit.pk])
    now = _at([visit], by=by, now=now)
    _check_hosting([shift.pk], visit)
    going_on = _going_on(visit)
    if going_on and going_on.shift_id == shift.pk:
        return going_on
    if visit.left_at:
        raise SomebodyWasFaster(None)
    _check_seen(visit, going_on, seen, version)
    if going_on:
        _end(going_on, now)
    return _begin(visit, shift, now)


@retried
@transaction.atomic
def swap(
    *, visit: Visit, other: Visit, by: User, seen: Iterable[int], version: int = 0, now: datetime | None = None
) -> None:
    """Let the two champions who sit with these people change places. `seen` are the ids of both helps.

    Raises SomebodyWasFaster, also when it was done already, NotHostingNow and DoorsClosed.
    """
    both = _locked([visit.pk, other.pk])
    now = _at(both, by=by, now=now)
    going_on = [_going_on(each) for each in both]
    versions = {each.pk: each.version for each in both}
    is_as_seen = {each.pk for each in going_on if each} == set(seen) and versions[visit.pk] == version
    if not is_as_seen or len(both) != 2 or None in going_on:
        raise SomebodyWasFaster(next((each for each in going_on if each), None))
    one, two = (each for each in going_on if each)
    _check_hosting([one.shift_id, two.shift_id], visit)
    for each in (one, two):
        _end(each, now)
    _begin(one.visit, two.shift, now)
    _begin(two.visit, one.shift, now)


@retried
@transaction.atomic
def hand_back(*, visits: Iterable[Visit], by: User, seen: Iterable[int], now: datetime | None = None) -> None:
    """Whoever passed these people on, or swapped them, sits with them again: the helps that were `seen` never were.

    Taken back already, it changes nothing. Raises SomebodyWasFaster, NotHostingNow and DoorsClosed.
    """
    slips = set(seen)
    both = _locked(visit.pk for visit in visits)
    _at(both, by=by, now=now)
    if not Help.objects.filter(pk__in=slips).exists():
        return
    going_on = [each for visit in both if (each := _going_on(visit))]
    before = [each.visit.helps.filter(ends_at=each.starts_at).exclude(pk=each.pk).last() for each in going_on]
    passed_on = [each for each in before if each]
    if {each.pk for each in going_on} != slips or len(passed_on) < len(slips):
        raise SomebodyWasFaster(going_on[0] if going_on else None)
    _check_hosting([each.shift_id for each in passed_on], both[0])
    for slip in going_on:
        slip.delete()
        _is_again(slip.visit)
    for each in passed_on:
        each.ends_at = None
        each.save(update_fields=["ends_at"])


@retried
@transaction.atomic
def finish(*, visit: Visit, by: User, seen: int | None = None, version: int = 0, now: datetime | None = None) -> Visit:
    """The person is done, or has left without having been helped. Done already, it changes nothing.

    Raises SomebodyWasFaster and DoorsClosed.
    """
    (visit,) = _locked([visit.pk])
    now = _at([visit], by=by, now=now)
    going_on = _going_on(visit)
    if visit.left_at:
        return visit
    _check_seen(visit, going_on, seen, version)
    if going_on:
        _end(going_on, now)
    visit.left_at = max(now, visit.arrived_at or now)
    visit.save(update_fields=["left_at"])
    return visit


@retried
@transaction.atomic
def call_back(*, visit: Visit, by: User, seen: datetime | None, now: datetime | None = None) -> Visit:
    """The person is not done: they wait again. Waiting already, it changes nothing. `seen` is when they left.

    Raises SomebodyWasFaster and DoorsClosed.
    """
    (visit,) = _locked([visit.pk])
    _at([visit], by=by, now=now)
    if visit.left_at is None:
        return visit
    if visit.left_at != seen:
        raise SomebodyWasFaster(None)
    visit.left_at = None
    visit.save(update_fields=["left_at"])
    _is_again(visit)
    return visit


@retried
@transaction.atomic
def stand_up(*, visit: Visit, by: User, seen: int, now: datetime | None = None) -> None:
    """Nobody sits with the person after all: the help that was begun, by a slip of the finger, never was.

    Raises SomebodyWasFaster and DoorsClosed.
    """
    (visit,) = _locked([visit.pk])
    _at([visit], by=by, now=now)
    going_on = _going_on(visit)
    if going_on and going_on.pk != seen:
        raise SomebodyWasFaster(going_on)
    if going_on:
        going_on.delete()
        _is_again(visit)


def stop_helping(shifts: Iterable[int], *, now: datetime) -> list[Help]:
    """Whoever hosts in these shifts gets up: the people wait again, for the next host. Returns what ended.

    Call it before the shifts end, in the same transaction, with the surgeries locked. Raises Contention if they have
    sat down with somebody else in this very moment.
    """
    ids = sorted(shifts)
    going_on = Help.objects.going_on().filter(shift__in=ids)
    visits = Visit.objects.select_for_update(no_key=True).filter(pk__in=going_on.values("visit")).order_by("pk")
    locked = {visit.pk: visit for visit in visits}
    list(Shift.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    ended = list(going_on.select_related("shift__champion"))
    if not {each.visit_id for each in ended} <= locked.keys():
        raise Contention
    for each in ended:
        each.visit = locked[each.visit_id]
        _end(each, now)
        _is_again(each.visit)
    return ended


def _locked(ids: Iterable[int]) -> list[Visit]:
    """These visits, locked in order of id. Raises SomebodyWasFaster if one was taken back meanwhile."""
    wanted = sorted(set(ids))
    rows = Visit.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk")
    visits = list(rows.select_related("surgery"))
    if len(visits) < len(wanted):
        raise SomebodyWasFaster(None)
    return visits


def _at(visits: Iterable[Visit], *, by: User, now: datetime | None) -> datetime:
    """The moment of the act, which is after it has waited for the locks. Raises DoorsClosed."""
    now = now or timezone.now()
    for visit in visits:
        check_doors(visit.surgery, by=by, now=now)
    return now


def _check_hosting(shifts: Sequence[int], visit: Visit) -> None:
    """Lock the shifts, so that nobody ends one meanwhile. Raises NotHostingNow unless they are live, and there."""
    live = Shift.objects.live().filter(pk__in=shifts, surgery=visit.surgery_id)
    if len(live.select_for_update(no_key=True).order_by("pk")) < len(set(shifts)):
        raise NotHostingNow


def _check_seen(visit: Visit, going_on: Help | None, seen: int | None, version: int) -> None:
    """Raises SomebodyWasFaster unless it is still so, and has not been otherwise meanwhile."""
    if (going_on.pk if going_on else None, visit.version) != (seen, version):
        raise SomebodyWasFaster(going_on)


def _is_again(visit: Visit) -> None:
    """The locked visit is as it has been before: what was pressed then must not count now."""
    visit.version += 1
    visit.save(update_fields=["version"])


def _going_on(visit: Visit) -> Help | None:
    """Read after the lock, so that it is what is true now."""
    return visit.helps.going_on().select_related("shift__champion", "visit").first()


def _end(going_on: Help, now: datetime) -> None:
    going_on.ends_at = max(now, going_on.starts_at)
    going_on.save(update_fields=["ends_at"])


def _begin(visit: Visit, shift: Shift, now: datetime) -> Help:
    """Not before the last one has ended: the clock of another machine may be a moment ahead."""
    ended_at = visit.helps.aggregate(last=Max("ends_at"))["last"]
    starts_at = max(now, ended_at) if ended_at else now
    return Help.objects.create(visit=visit, shift=shift, surgery_id=visit.surgery_id, starts_at=starts_at)
