"""Changing when, where and how a surgery is held: slots, seats and shifts follow, and everybody is told once.

Whoever would be at two places at once is released: what they have elsewhere stays.
"""

from collections.abc import Collection
from copy import copy
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from bookings import emails, shift_emails
from bookings.errors import OutOfDate
from bookings.facts import Facts
from bookings.models import Attendee, Booking, Pairing
from bookings.moves import Hosting, Move
from bookings.series_moves import SeriesMove, Which, coming_of, series_move_of
from bookings.services.ending import end_bookings
from bookings.services.room import stop_helping
from bookings.services.waiting import promote_and_tell, where_they_wait
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.models import Series, Shift, Slot, Surgery
from surgeries.services import DiaryError
from surgeries.templatetags.times import Timed, when
from surgeries.transactions import Contention, retried


@retried
@transaction.atomic
def change_surgery(
    *,
    surgery: Surgery,
    facts: Facts,
    which: str = Which.THIS,
    seen: str | None = None,
    now: datetime | None = None,
) -> SeriesMove:
    """Hold the surgery at that time and place and in that way, and return what that came to.

    When its start moves, slots, seats and shifts move with it. Who booked keeps the seat, the link and the place in
    line, and is told once, and so is who hosts; calendars follow. Whoever has something else at that time is released.
    A seat or a later cut-off that this opens goes to who waits. With `which` others of its series change alike, and
    the pattern of the series follows.

    Raises OutOfDate if that is not what the organiser has `seen` (the version of a SeriesMove), DiaryError if it cannot
    be done.
    """
    now = now or timezone.now()
    ids = [surgery.pk, *(each.pk for each in coming_of(surgery, which, now=now))]
    surgeries = lock_surgeries([*ids, *where_they_wait(ids, now=now)])
    _lock_people(ids, now)
    here = copy(surgeries[surgery.pk])
    if which != Which.THIS and here.series_id:
        here.series = Series.objects.select_for_update(no_key=True, of=("self",)).get(surgeries=here)
    it = series_move_of(here, facts, which, now=now)
    if not {move.surgery.pk for move in it.moves} <= surgeries.keys():
        raise Contention  # one was added in this very moment
    if seen is not None and it.version != seen:
        raise OutOfDate
    if it.problems:
        raise DiaryError(" ".join(f"{problem.words}." for problem in it.problems))
    moving = [surgeries[move.surgery.pk] for move in it.moves if move.tells_attendees]
    moved_from = {each.pk: _place(each, each) for each in moving}
    for move in it.moves:
        _carry_out(move, surgeries[move.surgery.pk], now)
    if it.pattern:
        Series.objects.filter(surgeries=here).update(**it.pattern)
    promote_and_tell(surgeries.values(), now=now, moved_from=moved_from)
    return it


def _lock_people(ids: Collection[int], now: datetime) -> None:
    """Lock who hosts and who sits here, so that nobody takes anything elsewhere while it is looked up what they have.

    In the order in which everybody locks: the surgery first, then champions, then attendees. A champion who never
    booked is made an attendee for it, since their first booking may come at this very moment.
    """
    hosting = Shift.objects.live().filter(surgery__in=ids).values("champion")
    champions = list(Champion.objects.select_for_update(no_key=True).filter(pk__in=hosting).order_by("pk"))
    known = {
        each.pk: each
        for each in Champion.objects.filter(pk__in=[each.pk for each in champions], user__isnull=False).select_related(
            "user"
        )
    }
    emails_ = {each.user.email: each.name for each in known.values() if each.user}
    Attendee.objects.bulk_create(
        [Attendee(email=email, name=name, created_at=now) for email, name in emails_.items()], ignore_conflicts=True
    )
    sit = Booking.objects.holding_a_seat().filter(surgery__in=ids).values("attendee")
    everybody = Attendee.objects.filter(Q(pk__in=sit) | Q(email__in=emails_))
    list(everybody.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _carry_out(move: Move, surgery: Surgery, now: datetime) -> None:
    """Do it to the locked surgery. The `move` goes on saying what it came to."""
    facts = move.facts
    # Before anything moves: what people knew of it until now.
    before = {each.booking.pk: _place(each.booking.slot or surgery, surgery) for each in move.seated}
    waited_for = _place(surgery, surgery)
    hosted = {each.shift.pk: _place(each.shift, surgery) for each in move.shifts}
    released = [each.booking for each in move.released]
    end_bookings(released, reason=Booking.MOVED_AWAY, now=now)
    ending = [each.shift.pk for each in move.hosts_released]
    stop_helping(ending, now=now)
    Shift.objects.filter(pk__in=ending).update(ended_at=now, ended_reason=Shift.MOVED_AWAY)
    if move.is_at_another_time:
        _move_slots(move)
        _move_shifts(move)
    is_in_calendars = any(
        getattr(surgery, name) != getattr(facts, name) for name in ("venue", "starts_at", "ends_at", "note")
    )
    surgery.calendar_sequence += is_in_calendars
    for name in Facts.__dataclass_fields__:
        setattr(surgery, name, getattr(facts, name))
    surgery.save(update_fields=[*Facts.__dataclass_fields__, "calendar_sequence", "changed_at"])
    told = [*(each.booking for each in move.told), *move.waiting_told]
    for booking in told:
        booking.surgery, booking.changed_at = surgery, now
        booking.calendar_sequence += 1
    Booking.objects.bulk_update(told, ["changed_at", "calendar_sequence"], batch_size=500)
    for booking in released:
        booking.surgery = surgery
    clashes = {each.booking.pk: each.clash for each in move.hindered}
    moved_from = [(each, before.get(each.pk, waited_for), clashes.get(each.pk)) for each in told]
    emails.queue_surgery_moved(moved_from, now=now)
    losing = [(each.booking, before[each.booking.pk], each.clash) for each in move.seated if each.clash]
    emails.queue_released(losing, now=now)
    moved = [(_as_it_is(host, surgery), hosted[host.shift.pk]) for host in move.hosts_told]
    shift_emails.queue_moved(moved, now=now, once=surgery.calendar_sequence)
    ended = [(_as_it_is(host, surgery), hosted[host.shift.pk], host.clash) for host in move.shifts if host.clash]
    shift_emails.queue_released(ended, now=now)


def _as_it_is(host: Hosting, surgery: Surgery) -> Shift:
    """The shift by now: an email about it is worth sending until it would be over."""
    shift = copy(host.shift)
    shift.surgery, shift.starts_at, shift.ends_at = surgery, host.times.starts_at, host.times.ends_at
    return shift


def _place(times: Timed, surgery: Surgery) -> str:
    return f"{when(times)}, {surgery.venue}"


def _move_slots(move: Move) -> None:
    """Every slot by as much as the surgery, all at once, since one may begin when the next one did."""
    if move.by:
        slots = Slot.objects.filter(surgery=move.surgery)
        slots.update(starts_at=F("starts_at") + move.by, ends_at=F("ends_at") + move.by)


def _move_shifts(move: Move) -> None:
    """The shifts that go on to their new times, the foremost first, so that those of one champion never overlap.

    Who was to sit with whom stays, though the database forgets it.
    """
    going_on = [each for each in move.shifts if not each.clash]
    times = {each.shift.pk: each.times for each in going_on}
    seats = {each.booking.pk: each.times for each in move.seated if not each.clash}
    pairings = Pairing.objects.filter(shift__in=list(times), booking__in=list(seats)).values(
        "booking_id", "shift_id", "chosen_at", "chosen_by_id"
    )
    kept = [Pairing(**each) for each in pairings if times[each["shift_id"]].overlaps(seats[each["booking_id"]])]
    for pk, each in sorted(times.items(), key=lambda item: item[1].starts_at, reverse=move.by > timedelta(0)):
        Shift.objects.filter(pk=pk).update(starts_at=each.starts_at, ends_at=each.ends_at)
    Pairing.objects.filter(booking__in=[pairing.booking_id for pairing in kept]).delete()
    Pairing.objects.bulk_create(kept)
