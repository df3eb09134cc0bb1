"""What the attendee's journey is kept in, by noun."""

from bookings.models.bookings import WORDS_KEPT, Attendee, Booking, BookingQuerySet, Pairing, Submission
from bookings.models.hosting import Ask, JournalEntry, JournalQuerySet
from bookings.models.requests import SurgeryRequest
from bookings.models.visits import Thanks, Visit

__all__ = [
    "WORDS_KEPT",
    "Ask",
    "Attendee",
    "Booking",
    "BookingQuerySet",
    "JournalEntry",
    "JournalQuerySet",
    "Pairing",
    "Submission",
    "SurgeryRequest",
    "Thanks",
    "Visit",
]
