"""What the attendee's journey is kept in, by noun."""

from bookings.models.bookings import WORDS_KEPT, Attendee, Booking, BookingQuerySet, Pairing, Submission
from bookings.models.hosting import Ask, JournalEntry, JournalQuerySet
from bookings.models.letters import Letter
from bookings.models.requests import SurgeryRequest
from bookings.models.visits import (
    CORRECTED_FOR,
    DOORS_OPEN_BEFORE,
    Correction,
    Help,
    Outcome,
    Thanks,
    Visit,
    VisitQuerySet,
)

__all__ = [
    "CORRECTED_FOR",
    "DOORS_OPEN_BEFORE",
    "WORDS_KEPT",
    "Ask",
    "Attendee",
    "Booking",
    "BookingQuerySet",
    "Correction",
    "Help",
    "JournalEntry",
    "JournalQuerySet",
    "Letter",
    "Outcome",
    "Pairing",
    "Submission",
    "SurgeryRequest",
    "Thanks",
    "Visit",
    "VisitQuerySet",
]
