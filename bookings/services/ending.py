"""Ending bookings from the organisers' side: a surgery is called off, or moves to a time when somebody is elsewhere."""

from collections.abc import Collection
from datetime import datetime

from bookings.models import Booking


def end_bookings(bookings: Collection[Booking], *, reason: str, now: datetime) -> None:
    """End these bookings, of a surgery that is locked, for this reason. Their calendars are to follow."""
    for booking in bookings:
        booking.state, booking.seat, booking.position = Booking.State.CANCELLED, None, None
        booking.cancelled_at = booking.changed_at = now
        booking.canceller, booking.cancelled_reason = Booking.Canceller.ORGANISER, reason
        booking.calendar_sequence += 1
    Booking.objects.bulk_update(
        bookings,
        [
            "state", "seat", "position", "cancelled_at", "changed_at", "canceller", "cancelled_reason",
            "calendar_sequence",
        ],
        batch_size=500,
    )  # fmt: skip
