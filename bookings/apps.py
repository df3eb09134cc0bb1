from importlib import import_module

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Attendees, bookings and the waiting list: the attendee's journey."""

    name = "bookings"

    def ready(self) -> None:
        for name in ("messages", "brief_emails", "shift_emails", "after_emails", "letters", "duties"):
            import_module(f"bookings.{name}")
