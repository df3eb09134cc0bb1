"""What organisers do to a surgery that touches bookings or emails: publishing, seats, slots, calling off."""

from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from bookings import emails, shift_emails
from bookings.consequences import of_calling_off
from bookings.errors import BookingClosed, OutOfDate, StillBooked
from bookings.models import Help, Visit
from bookings.services.ending import end_bookings
from bookings.services.waiting import promote_and_tell
from bookings.statements import lock_surgeries
from surgeries.models import Seat, Shift, Slot, Surgery
from surgeries.services import DiaryError
from surgeries.transactions import retried


@retried
@transaction.atomic
def publish(*, surgery: Surgery, now: datetime | None = None) -> Surgery:
    """Show a draft to everybody, so that it can be booked, and tell its hosts. Returns the surgery as it is now.

    Raises DiaryError if it is no draft, is over at `now`, or has no seat.
    """
    now = now or timezone.now()
    surgery = lock_surgeries([surgery.pk])[surgery.pk]
    if surgery.state != Surgery.State.DRAFT:
        raise DiaryError(f"It is {surgery.get_state_display().lower()} already.")
    if surgery.is_over(now):
        raise DiaryError("It is over.")
    if not surgery.seats.exists():
        raise DiaryError("It has no seat to book.")
    surgery.state = Surgery.State.PUBLISHED
    surgery.save(update_fields=["state", "changed_at"])
    shift_emails.queue_taken(surgery.shifts.live().select_related("champion__user"), now=now)
    return surgery


@retried
@transaction.atomic
def unpublish(*, surgery: Surgery, now: datetime | None = None) -> Surgery:
    """Make a draft of the surgery again, as if it had never been published. Returns it as it is now.

    Doing it again changes nothing. Raises DiaryError once anybody has booked, hosts or came, or it has begun.
    """
    surgery = lock_surgeries([surgery.pk])[surgery.pk]
    if surgery.state == Surgery.State.DRAFT:
        return surgery
    if problem := why_it_stays_published(surgery, now=now or timezone.now()):
        raise DiaryError(problem)
    surgery.state = Surgery.State.DRAFT
    surgery.save(update_fields=["state", "changed_at"])
    return surgery


def why_it_stays_published(surgery: Surgery, *, now: datetime) -> str:
    """Why the surgery cannot be a draft any more, in words; empty if it can. A booking that was cancelled counts."""
    if surgery.state != Surgery.State.PUBLISHED or surgery.starts_at <= now:
        return "It has begun, or does not take place."
    if surgery.bookings.exists():
        return "Somebody has booked, and their private link leads to it."
    if surgery.shifts.live().exists():
        return "Somebody hosts it, and has it in their calendar."
    return "Somebody has arrived already." if surgery.visits.exists() else ""


@retried
def set_seats(*, slot: Slot, seats: int, now: datetime | None = None) -> None:
    """Give the slot this many seats. New ones go to the waiting list first; free ones are taken away first.

    Raises StillBooked, saying how many are, if more than that are booked.
    """
    now = now or timezone.now()
    with transaction.atomic():
        surgery = lock_surgeries([slot.surgery_id])[slot.surgery_id]
        _set_seats(slot, seats)
        promote_and_tell([surgery], now=now)


@retried
def add_slot(
    *,
    surgery: Surgery,
    starts_at: datetime,
    ends_at: datetime,
    seats: int,
    now: datetime | None = None,
) -> Slot:
    """Add a slot with this many seats; the waiting list goes first. Raises ValueError if it is not in the surgery."""
    now = now or timezone.now()
    with transaction.atomic():
        surgery = lock_surgeries([surgery.pk])[surgery.pk]
        if not surgery.starts_at <= starts_at < ends_at <= surgery.ends_at:
            raise ValueError("A slot lies within its surgery.")
        slot = Slot.objects.create(surgery=surgery, starts_at=starts_at, ends_at=ends_at)
        _set_seats(slot, seats)
        promote_and_tell([surgery], now=now)
    return slot


@retried
def call_off(
    *, surgery: Surgery, reason: str, by: User | None = None, seen: str | None = None, now: datetime | None = None
) -> None:
    """Call the surgery off: every booking and shift ends, everybody is told, calendars follow.

    Doing it again changes nothing. Raises BookingClosed once the surgery is over, OutOfDate if it concerns others by
    now than the organiser has `seen` (the version of its Consequences).
    """
    now = now or timezone.now()
    with transaction.atomic():
        surgery = lock_surgeries([surgery.pk])[surgery.pk]
        if surgery.is_called_off:
            return
        if surgery.is_over(now):
            raise BookingClosed
        if seen is not None and seen != of_calling_off(surgery, now=now).version:
            raise OutOfDate
        bookings = list(surgery.bookings.live().select_related("attendee", "surgery").order_by("id"))
        end_bookings(bookings, reason="called off", now=now)
        _send_home(surgery, now)
        shifts = list(surgery.shifts.live().select_related("champion__user"))
        surgery.shifts.live().update(ended_at=now, ended_reason=Shift.CALLED_OFF)
        surgery.state, surgery.called_off_at, surgery.called_off_by = Surgery.State.CALLED_OFF, now, by
        surgery.called_off_reason = reason
        surgery.calendar_sequence += 1
        surgery.save(
            update_fields=[
                "state", "called_off_at", "called_off_by", "called_off_reason", "calendar_sequence", "changed_at",
            ]
        )  # fmt: skip
        emails.queue_called_off(bookings, now=now)
        shift_emails.queue_ended(shifts, now=now)


def _send_home(surgery: Surgery, now: datetime) -> None:
    """Nobody is helped any more, and nobody waits. Visits are locked before shifts, as in the room."""
    here = list(surgery.visits.select_for_update(no_key=True).filter(left_at=None).order_by("pk"))
    helped = Help.objects.going_on().filter(visit__in=here)
    helped.update(ends_at=Greatest("starts_at", Value(now)))
    Visit.objects.filter(pk__in=[visit.pk for visit in here]).update(left_at=Greatest("arrived_at", Value(now)))


def _set_seats(slot: Slot, wanted: int) -> None:
    """Add or take away seats, under the surgery's lock."""
    existing = list(slot.seats.select_related("booking").order_by("number"))
    free = [seat for seat in existing if not hasattr(seat, "booking")]
    surplus = len(existing) - wanted
    if surplus > len(free):
        raise StillBooked(len(existing) - len(free))
    if surplus > 0:
        Seat.objects.filter(pk__in=[seat.pk for seat in free[-surplus:]]).delete()
    last = existing[-1].number if existing else 0
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery_id=slot.surgery_id, number=last + extra) for extra in range(1, 1 - surplus)
    )
