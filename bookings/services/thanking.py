"""Saying thank you to who hosted."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bookings.errors import BookingClosed
from bookings.models import Attendee, Booking, Thanks, Visit
from bookings.people import is_removed
from surgeries.transactions import retried


@retried
@transaction.atomic
def thank(*, came: Booking | Visit, words: str, now: datetime | None = None) -> Thanks:
    """Thank whoever hosted, in these words or none; said again, it changes the words. Return what was said.

    For whoever had a seat, or came without one. Raises BookingClosed if their time is not over yet, or was never
    theirs, if it is too long ago, or if they were removed meanwhile.
    """
    now = now or timezone.now()
    if not came.is_time_for_thanks(now):
        raise BookingClosed
    # Against who removes them at this very moment, or makes their record one with another.
    attendee = Attendee.objects.select_for_update(no_key=True).get(pk=came.attendee_id)
    if attendee.merged_into_id is None and is_removed(attendee):
        raise BookingClosed
    said, _ = Thanks.objects.update_or_create(
        attendee_id=attendee.merged_into_id or attendee.pk,
        surgery=came.surgery,
        defaults={"words": words},
        create_defaults={"words": words, "said_at": now},
    )
    return said
