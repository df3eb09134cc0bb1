"""Saying thank you to who hosted."""

from datetime import datetime

from django.utils import timezone

from bookings.errors import BookingClosed
from bookings.models import Booking, Thanks, Visit


def thank(*, came: Booking | Visit, words: str, now: datetime | None = None) -> Thanks:
    """Thank whoever hosted, in these words or none; said again, it changes the words. Return what was said.

    For whoever had a seat, or came without one. Raises BookingClosed if their time is not over yet, or was never
    theirs, or if it is too long ago.
    """
    now = now or timezone.now()
    if not came.is_time_for_thanks(now):
        raise BookingClosed
    said, _ = Thanks.objects.update_or_create(
        attendee=came.attendee,
        surgery=came.surgery,
        defaults={"words": words},
        create_defaults={"words": words, "said_at": now},
    )
    return said
