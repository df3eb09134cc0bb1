"""Pressing what is behind a private link, and who waits there, for the tests of that."""

from bookings.models import Booking
from notifications.models import OutboxEmail
from surgeries.models import Surgery
from tests.bookings.pages import private
from tests.factories import BookingFactory

ACTS = ("email/", "name/", "answers/", "cancel/", "change/", "move/", "wait/")


def press(client, booking, page, **data):
    """Send the form of the page as it showed this booking, and follow to the page that confirms it."""
    return client.post(private(booking, page), {"seen": booking.version} | data, follow=True)


def kinds() -> list[str]:
    """The emails so far."""
    return list(OutboxEmail.objects.order_by("id").values_list("kind", flat=True))


def in_line(surgery: Surgery) -> Booking:
    """In line at a surgery whose first slot is full, for that slot only."""
    BookingFactory.create_batch(2, surgery=surgery, slot=surgery.slots.first())
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    booking.suits.add(surgery.slots.first())
    return booking
