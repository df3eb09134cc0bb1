"""Saying thank you to who hosted."""

from datetime import datetime

from django.utils import timezone

from bookings.errors import BookingClosed
from bookings.models import Booking, Thanks


def thank(*, booking: Booking, words: str, now: datetime | None = None) -> Thanks:
    """Thank whoever hosted, in these words or none; said again, it changes the words. Return what was said.

    Raises BookingClosed if the slot is not over yet, or was never theirs, or if it is too long ago.
    """
    now = now or timezone.now()
    if not booking.is_time_for_thanks(now):
        raise BookingClosed
    said, _ = Thanks.objects.update_or_create(
        attendee=booking.attendee,
        surgery=booking.surgery,
        defaults={"words": words},
        create_defaults={"words": words, "said_at": now},
    )
    return said
