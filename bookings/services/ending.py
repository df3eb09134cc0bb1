"""Ending bookings from the organisers' side: a surgery is called off, or moves to a time when somebody is elsewhere."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from bookings.models import Booking


def end_bookings(bookings: Collection[Booking], *, reason: str, now: datetime) -> None:
    """End these bookings, of surgeries that are locked, for this reason. Their calendars are to follow."""
    ended = {
        "state": Booking.State.CANCELLED, "seat": None, "position": None, "cancelled_at": now, "changed_at": now,
        "canceller": Booking.Canceller.ORGANISER, "cancelled_reason": reason,
    }  # fmt: skip
    theirs = Booking.objects.filter(pk__in=[booking.pk for booking in bookings])
    theirs.update(**ended, calendar_sequence=F("calendar_sequence") + 1)
    for booking in bookings:
        for name, value in ended.items():
            setattr(booking, name, value)
        booking.calendar_sequence += 1
