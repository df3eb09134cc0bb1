from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Attendees, bookings and the waiting list: the attendee's journey."""

    name = "bookings"
