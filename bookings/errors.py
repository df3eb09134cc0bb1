"""What can stand in the way of a booking, named as people would say it."""

from bookings.models import Booking, Help, Outcome
from surgeries.models import Shift


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


class ShiftError(Exception):
    """The shift cannot be taken now; the page says why and what else there is to do."""


class HostsEnough(ShiftError):
    """As many champions host at that time as are wanted: somebody was faster."""


class HostsAlready(ShiftError):
    """The champion hosts then, at the surgery of `shift` (None if that has just ended)."""

    def __init__(self, shift: Shift | None) -> None:
        super().__init__("Nobody can be at two tables at once.")
        self.shift = shift


class HasSeat(ShiftError):
    """The champion has a seat of their own then: `booking`."""

    def __init__(self, booking: Booking) -> None:
        super().__init__("Nobody can host and sit at a table as well.")
        self.booking = booking


class MonthFull(ShiftError):
    """The champion hosts as often in that month as they said they would like to."""


class NoChampion(ShiftError):
    """They rest, have left, or are not taken in yet."""


class OutOfDate(Exception):
    """What somebody is about to do comes to something else by now than they saw."""


class LetterSentAlready(Exception):
    """The form with this `request_id` has sent another letter."""


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


class AttendanceError(Exception):
    """What somebody pressed in the room cannot be done, because of what happened meanwhile; the page says what."""


class DoorsClosed(AttendanceError):
    """It is too early or too late to come, or the surgery does not take place."""


class NotExpected(AttendanceError):
    """Nobody has booked under that address, and whoever gave it has not said who they are."""


class SomebodyWasFaster(AttendanceError):
    """Somebody else sits with that person already: `help` says who, since when (None: they have left meanwhile)."""

    def __init__(self, help_: Help | None) -> None:
        super().__init__("Somebody else was faster.")
        self.help = help_


class NotHostingNow(AttendanceError):
    """The champion does not host there any more."""


class WasHelped(AttendanceError):
    """Somebody who has been helped has been here: undo that first."""


class VisitChanged(AttendanceError):
    """Somebody put right who helped whom since the form was opened."""


class OutcomeClosed(AttendanceError):
    """It is too late to record what came of a visit."""


class OutcomeChanged(AttendanceError):
    """The person, or another host, changed what came of a visit since the form was opened: `outcome` is what it is."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("Somebody has changed it since.")
        self.outcome = outcome
