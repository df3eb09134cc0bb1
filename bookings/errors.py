"""What can stand in the way of a booking, named as people would say it."""

from bookings.models import Booking


class BookingError(Exception):
    """The act cannot be done now; the page says why and what is possible instead."""


class BookingClosed(BookingError):
    """The slot has begun, or the surgery is over, called off or not published."""


class SlotFull(BookingError):
    """Somebody else has the last seat of the slot."""


class WaitingListClosed(BookingError):
    """Past the cut-off nobody is promoted, so there is no list to join: free seats are open to all."""


class SlotGone(BookingError):
    """A slot that would have suited somebody who waits has been taken out of the surgery."""


class HostGone(BookingError):
    """The champion with whom somebody was to sit does not host at that time, or not any more."""


class FormUsedAlready(BookingError):
    """The form with this `request_id` booked something else: `booking`, or None if that is nobody's to see."""

    def __init__(self, booking: Booking | None) -> None:
        super().__init__("You booked with this form already.")
        self.booking = booking


class StillBooked(BookingError):
    """Seats that are booked cannot be taken away: `booked` says how many are."""

    def __init__(self, booked: int) -> None:
        super().__init__(f"{booked} of the seats are booked.")
        self.booked = booked
