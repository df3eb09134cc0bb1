"""What the attendee's journey is kept in, by noun."""

from bookings.models.bookings import Attendee, Booking, BookingQuerySet, Pairing, Submission
from bookings.models.hosting import Ask, JournalEntry, JournalQuerySet
from bookings.models.requests import SurgeryRequest
from bookings.models.visits import Visit

__all__ = [
    "Ask",
    "Attendee",
    "Booking",
    "BookingQuerySet",
    "JournalEntry",
    "JournalQuerySet",
    "Pairing",
    "Submission",
    "SurgeryRequest",
    "Visit",
]
