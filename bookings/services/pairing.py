"""Who sits with whom, when the hosts want it otherwise than suggested."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings.errors import BookingClosed, HostGone
from bookings.models import Booking, Pairing
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.models import Surgery
from surgeries.transactions import retried


@retried
@transaction.atomic
def sit_with(*, booking: Booking, champion: Champion, by: User, now: datetime | None = None) -> None:
    """Let somebody sit with this champion, whatever is suggested. The last word counts; the same again changes nothing.

    Raises BookingClosed if the surgery is over, or the booking has no seat there any more, and HostGone if the champion
    does not host then.
    """
    now = now or timezone.now()
    booking = _seated(booking, now)
    assert booking.slot
    shift = booking.surgery.shifts.live().overlapping(booking.slot).filter(champion=champion).first()
    if shift is None:
        raise HostGone
    if not Pairing.objects.filter(booking=booking, shift=shift).exists():
        Pairing.objects.update_or_create(booking=booking, defaults={"shift": shift, "chosen_at": now, "chosen_by": by})


@retried
@transaction.atomic
def sit_as_suggested(*, booking: Booking, now: datetime | None = None) -> None:
    """Take back what the hosts chose for somebody. Doing it again changes nothing. Raises BookingClosed."""
    booking = _seated(booking, now or timezone.now())
    Pairing.objects.filter(booking=booking).delete()


def _seated(booking: Booking, now: datetime) -> Booking:
    """The booking as it is under its surgery's lock. Raises BookingClosed if that is not where it has a seat."""
    surgery: Surgery = lock_surgeries([booking.surgery_id])[booking.surgery_id]
    there = surgery.bookings.holding_a_seat().filter(pk=booking.pk).select_related("slot", "surgery").first()
    if there is None or surgery.is_over(now):
        raise BookingClosed
    return there
