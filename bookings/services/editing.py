"""Changing a surgery that may have bookings: its slots and its hosts, under its lock.

What would strand people is refused with DiaryError, whose words are for the organiser.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from bookings import shift_emails
from bookings.errors import HasSeat, HostsAlready
from bookings.models import Booking, Help
from bookings.services.diary import add_slot, set_seats
from bookings.services.locks import check_own_seats, lock_champion
from bookings.services.room import stop_helping
from bookings.services.waiting import promote_and_tell
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.models import Shift, Slot, Surgery
from surgeries.services import DiaryError
from surgeries.templatetags.times import day, span
from surgeries.transactions import retried


@retried
@transaction.atomic
def change_slots(
    *,
    surgery: Surgery,
    seats: dict[int, int],
    removed: Collection[Slot] = (),
    added: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Give slots (by id) so many seats, take others out, and add one (what `add_slot` is told): all of it or nothing.

    Whoever waits goes first. Raises DiaryError, or StillBooked if more seats of a slot are booked than it would have.
    """
    now = now or timezone.now()
    surgery = _open_surgery(surgery.pk, now)
    for slot in removed:
        remove_slot(slot=slot, now=now)
    for slot in surgery.slots.filter(pk__in=seats.keys() - {each.pk for each in removed}):
        set_seats(slot=slot, seats=seats[slot.pk], now=now)
    if added:
        add_slot(surgery=surgery, now=now, **added)


@retried
@transaction.atomic
def remove_slot(*, slot: Slot, now: datetime | None = None) -> None:
    """Take a slot that nobody ever booked, or waits for, out of its surgery. Raises DiaryError if somebody does.

    Taking it out again changes nothing.
    """
    _open_surgery(slot.surgery_id, now or timezone.now())
    # Without its slot a choice would be empty, which means "any", and somebody would get a time that does not suit.
    if Booking.objects.waiting().filter(suits=slot).exists():
        raise DiaryError(f"People on the waiting list chose the slot {slot}, so it stays.")
    try:
        Slot.objects.filter(pk=slot.pk).delete()
    except ProtectedError:
        raise DiaryError(
            f"The slot {slot} has been booked, so it stays on record. Set its seats to as many as are booked instead."
        ) from None


@retried
@transaction.atomic
def host(
    *,
    surgery: Surgery,
    champion: Champion,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime | None = None,
) -> Shift:
    """Let a champion host at the surgery from when to when, and return the shift. They are told once it is published.

    If they host from and until then already, nothing changes. Raises DiaryError if that lies outside the surgery, or if
    the champion is barred, hosts elsewhere or has booked a seat for themselves at that time.
    """
    now = now or timezone.now()
    surgery = _open_surgery(surgery.pk, now)
    if not surgery.starts_at <= starts_at < ends_at <= surgery.ends_at:
        raise DiaryError(f"{champion}’s shift has to lie within the surgery, {span(surgery)}.")
    champion = lock_champion(champion)
    if there := surgery.shifts.live().filter(champion=champion, starts_at=starts_at, ends_at=ends_at).first():
        return there
    if champion.is_barred:
        raise DiaryError(f"{champion} is barred, so they cannot host.")
    _check_own_seats(champion, starts_at, ends_at, now)
    try:
        shift = put_on(champion=champion, surgery=surgery, starts_at=starts_at, ends_at=ends_at)
    except HostsAlready as already:
        there = already.shift
        where = f" at {there.surgery.venue} on {day(there.starts_at)}, {span(there)}" if there else ""
        raise DiaryError(f"{champion} hosts already{where}. Nobody can be at two tables at once.") from None
    shift_emails.queue_taken([shift], now=now, by_organiser=True)
    return shift


def put_on(*, champion: Champion, surgery: Surgery, starts_at: datetime, ends_at: datetime) -> Shift:
    """Make the shift, if the champion is at no other table then. Raises HostsAlready. Call it under both locks."""
    try:
        with transaction.atomic():
            return Shift.objects.create(champion=champion, surgery=surgery, starts_at=starts_at, ends_at=ends_at)
    except IntegrityError:
        clashing = Shift.objects.live().filter(champion=champion, starts_at__lt=ends_at, ends_at__gt=starts_at)
        raise HostsAlready(clashing.select_related("surgery__venue__office").first()) from None


@retried
@transaction.atomic
def know_by_email(*, champion: Champion, email: str, is_first: bool = False, now: datetime | None = None) -> None:
    """Know the champion by this normalised address, with which they book as well; with none, by no address.

    Makes the user, with whom nobody can sign in by password, unless there is one. Whoever had the address until now
    hosts no more, and is promoted where that stood in the way. Raises DiaryError if the address is another
    champion's or that of somebody who is barred, or has a seat at a time when this champion hosts; or, where it is to
    be their first, if they are known by another one already.
    """
    now = now or timezone.now()
    theirs = Booking.objects.waiting().filter(
        attendee__email__in=User.objects.filter(champion=champion.pk).values("email"), surgery__ends_at__gt=now
    )
    surgeries = lock_surgeries(theirs.values_list("surgery_id", flat=True))
    champion = lock_champion(champion)
    if is_first and champion.user and champion.user.email != email:
        raise DiaryError(f"Somebody has written down another address meanwhile: {champion.user.email}.")
    user = None
    if email:
        known = User.objects.select_for_update(no_key=True).filter(email=email).first()
        if known and not known.is_active and known.pk != champion.user_id:
            raise DiaryError(
                f"Whoever has the address {email} is barred. Ask an administrator to let them sign in first."
            )
        user = known or User.objects.create_user(email, name=champion.name)
        if other := Champion.objects.filter(user=user).exclude(pk=champion.pk).first():
            raise DiaryError(f"{email} is the address of {other}.")
    champion.user = user
    for shift in champion.shifts.live().filter(ends_at__gt=now):
        _check_own_seats(champion, shift.starts_at, shift.ends_at, now)
    champion.save(update_fields=["user"])
    promote_and_tell(surgeries.values(), now=now)


@retried
@transaction.atomic
def end_shift(*, shift: Shift, reason: str, now: datetime | None = None) -> list[Help]:
    """Take a champion off a surgery, and tell them if it is published; the shift stays on record with the `reason`.

    Whoever they sit with waits again, for the next host: returns that help, which ended. Ending the shift again changes
    nothing.
    """
    now = now or timezone.now()
    _open_surgery(shift.surgery_id, now)
    live = Shift.objects.live().filter(pk=shift.pk)
    ended = list(live.select_related("champion__user", "surgery"))
    stopped = stop_helping([each.pk for each in ended], now=now)
    live.update(ended_at=now, ended_reason=reason)
    shift_emails.queue_ended(ended, now=now)
    return stopped


def _open_surgery(pk: int, now: datetime) -> Surgery:
    """The surgery, locked. Raises DiaryError if it is called off or over: what has been stays as it was."""
    surgery = lock_surgeries([pk])[pk]
    if surgery.is_called_off:
        raise DiaryError("The surgery is called off.")
    if surgery.is_over(now):
        raise DiaryError("The surgery is over.")
    return surgery


def _check_own_seats(champion: Champion, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises DiaryError if the champion, who is locked, has booked a seat for that time."""
    try:
        check_own_seats(champion, starts_at, ends_at, now=now)
    except HasSeat:
        raise DiaryError(f"{champion} has booked a seat for that time. Ask them to cancel it first.") from None
