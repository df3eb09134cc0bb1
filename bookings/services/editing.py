"""Changing a surgery that may have bookings: its facts, its slots and its hosts, under its lock.

What would strand people is refused with DiaryError, whose words are for the organiser.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from accounts.models import User
from bookings import shift_emails
from bookings.errors import HasSeat, HostsAlready
from bookings.models import Booking, Help
from bookings.services.locks import check_own_seats, lock_champion
from bookings.services.room import stop_helping
from bookings.services.waiting import promote_and_tell
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.models import Shift, Slot, Surgery, Venue
from surgeries.services import DiaryError
from surgeries.templatetags.times import day, span
from surgeries.transactions import retried


@retried
@transaction.atomic
def change_surgery(
    *,
    surgery: Surgery,
    venue: Venue,
    starts_at: datetime,
    ends_at: datetime,
    is_drop_in: bool,
    hosts_wanted: int,
    cutoff_minutes: int,
    note: str,
    now: datetime | None = None,
) -> Surgery:
    """Change when, where and how a surgery is held, and return it. Its slots stay as they are.

    A cut-off nearer to the start may let people off the waiting list: they are promoted and told. Hosts are told of
    another venue. Raises DiaryError if the surgery is called off or over, if slots or shifts would lie outside the new
    times, or if people who have booked would go to the wrong venue.
    """
    now = now or timezone.now()
    surgery = _open_surgery(surgery.pk, now)
    if ends_at <= starts_at or timezone.localdate(starts_at) != timezone.localdate(ends_at):
        raise DiaryError("The end has to come after the start, on the same day.")
    outside = Q(starts_at__lt=starts_at) | Q(ends_at__gt=ends_at)
    if stray := list(surgery.slots.filter(outside)):
        raise DiaryError(
            f"These slots would lie outside those times: {', '.join(map(str, stray))}. Delete them first, if nobody "
            "has booked, or call the surgery off and make another, so that everybody is told."
        )
    if shift := surgery.shifts.live().filter(outside).select_related("champion").first():
        raise DiaryError(f"{shift.champion} hosts {span(shift)}, outside those times. Change that shift first.")
    booked = surgery.bookings.live().count()
    is_elsewhere = venue != surgery.venue
    if booked and is_elsewhere:
        raise DiaryError(
            f"People have booked ({booked}) and would go to the wrong venue. Call the surgery off and make another, so "
            "that everybody is told."
        )
    facts = {"venue": venue, "starts_at": starts_at, "ends_at": ends_at, "note": note}
    if any(getattr(surgery, name) != fact for name, fact in facts.items()):
        surgery.calendar_sequence += 1
    facts |= {"is_drop_in": is_drop_in, "hosts_wanted": hosts_wanted, "cutoff_minutes": cutoff_minutes}
    for name, fact in facts.items():
        setattr(surgery, name, fact)
    surgery.save(update_fields=[*facts, "calendar_sequence", "changed_at"])
    if is_elsewhere:
        shifts = surgery.shifts.live().select_related("champion__user")
        shift_emails.queue_moved(shifts, now=now, once=surgery.calendar_sequence)
    promote_and_tell([surgery], now=now)
    return surgery


@retried
@transaction.atomic
def remove_slot(*, slot: Slot, now: datetime | None = None) -> None:
    """Take a slot that nobody ever booked, or waits for, out of its surgery. Raises DiaryError if somebody does."""
    _open_surgery(slot.surgery_id, now or timezone.now())
    # Without its slot a choice would be empty, which means "any", and somebody would get a time that does not suit.
    if Booking.objects.waiting().filter(suits=slot).exists():
        raise DiaryError(f"People on the waiting list chose the slot {slot}, so it stays.")
    try:
        Slot.objects.get(pk=slot.pk).delete()
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

    Raises DiaryError if that lies outside the surgery, or if the champion hosts elsewhere or has booked a seat for
    themselves at that time.
    """
    now = now or timezone.now()
    surgery = _open_surgery(surgery.pk, now)
    if not surgery.starts_at <= starts_at < ends_at <= surgery.ends_at:
        raise DiaryError(f"{champion}’s shift has to lie within the surgery, {span(surgery)}.")
    champion = lock_champion(champion)
    _check_own_seats(champion, starts_at, ends_at, now)
    try:
        shift = put_on(champion=champion, surgery=surgery, starts_at=starts_at, ends_at=ends_at)
    except HostsAlready as already:
        there = already.shift
        where = f" at {there.surgery.venue} on {day(there.starts_at)}, {span(there)}" if there else ""
        raise DiaryError(f"{champion} hosts already{where}. Nobody can be at two tables at once.") from None
    shift_emails.queue_taken([shift], now=now)
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
def know_by_email(*, champion: Champion, email: str, now: datetime | None = None) -> None:
    """Know the champion by this normalised address, with which they book as well; with none, by no address.

    Makes the user, with whom nobody can sign in by password, unless there is one. Whoever had the address until now
    hosts no more, and is promoted where that stood in the way. Raises DiaryError if the address is another
    champion's, or has a seat at a time when this champion hosts.
    """
    now = now or timezone.now()
    theirs = Booking.objects.waiting().filter(
        attendee__email__in=User.objects.filter(champion=champion.pk).values("email"), surgery__ends_at__gt=now
    )
    surgeries = lock_surgeries(theirs.values_list("surgery_id", flat=True))
    champion = lock_champion(champion)
    user = None
    if email:
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=champion.name)
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
