"""The register of a surgery: who booked, who came, who walked in, before, during and after it.

Attendance is told by people: somebody "came" who is here and has a seat at the surgery; whoever else is here "walked
in", also from the waiting list, or after cancelling. Once the surgery is over, somebody with a seat who is not here
"did not come". Where nobody was noted at all, nobody kept the register, and nothing is said of who came.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Window
from django.db.models.functions import RowNumber

from bookings.models import Booking, Correction, Help, Visit
from surgeries.models import Surgery
from surgeries.templatetags.times import clock

# How far back one looks for who often does not come, and what counts as often: that many, and half of them.
LAST, OFTEN = 5, 2


def folded(name: str) -> str:
    """A name as it is compared with another, however either was typed."""
    return " ".join(name.split()).casefold()


# Instead of when somebody came who was noted afterwards.
NOT_KNOWN = "not known"


class Standing(models.TextChoices):
    """What somebody is at a surgery: one of these, and no other."""

    BOOKED = "booked", "Booked"
    WAITING = "waiting", "Waiting"
    CAME = "came", "Came"
    WALKED_IN = "walked_in", "Walked in"
    DID_NOT_COME = "did_not_come", "Did not come"
    CANCELLED = "cancelled", "Cancelled"
    CANCELLED_LATE = "cancelled_late", "Cancelled late"


@dataclass(frozen=True)
class Counts:
    """How many came, of one surgery or of several. Sums add up because they are made here, from parts.

    `unsaid` have a seat, and nobody can say yet whether they come or, once it is over, nobody kept the register.
    """

    came: int = 0
    did_not_come: int = 0
    unsaid: int = 0
    walked_in: int = 0
    seats: int = 0

    @classmethod
    def sum_of(cls, counts: "Iterable[Counts]") -> "Counts":
        """Of several."""
        parts = [astuple(each) for each in counts]
        return cls(*map(sum, zip(*parts, strict=True)))

    @property
    def booked(self) -> int:
        return self.came + self.did_not_come + self.unsaid

    @property
    def visits(self) -> int:
        return self.came + self.walked_in

    @property
    def seats_unused(self) -> int:
        """Seats that nobody had booked, or whose person did not come. Whoever walks in takes none."""
        return self.seats - self.came


@dataclass(frozen=True)
class Totals(Counts):
    """The same of one surgery, with those who have no seat there."""

    waiting: int = 0
    cancelled_in_time: int = 0
    cancelled_late: int = 0

    @property
    def cancelled(self) -> int:
        return self.cancelled_in_time + self.cancelled_late

    @property
    def people(self) -> int:
        return self.booked + self.walked_in + self.waiting + self.cancelled

    @property
    def free(self) -> int:
        return self.seats - self.booked


@dataclass(frozen=True)
class Missed:
    """How many of somebody's last seats they did not come for, of those where somebody kept the register."""

    missed: int
    of: int

    @property
    def is_often(self) -> bool:
        return self.missed >= OFTEN and self.missed * 2 >= self.of

    def __str__(self) -> str:
        return f"Missed {self.missed} of their last {self.of}"


@dataclass(frozen=True)
class Entry:
    """One person at the surgery: what they booked, if anything, and their visit, if they came."""

    attendee_id: int
    standing: Standing
    booking: Booking | None
    visit: Visit | None
    # For organisers alone: that they often do not come, and why they did not this time.
    missed: Missed | None = None
    said: str = ""

    @property
    def name(self) -> str:
        return self.booking.name if self.booking else self.visit.name if self.visit else ""

    @property
    def place(self) -> str:
        """The time that they booked, or why there is none."""
        if self.booking is None:
            return "No booking"
        return clock(self.booking.slot.starts_at) if self.booking.slot else "Waiting list"

    @property
    def arrived_at(self) -> datetime | None:
        return self.visit.arrived_at if self.visit else None

    @property
    def is_arrival_unknown(self) -> bool:
        """Whether they were noted afterwards."""
        return self.visit is not None and self.visit.arrived_at is None

    @property
    def helps(self) -> list[Help]:
        return list(self.visit.helps.all()) if self.visit else []

    @property
    def outcome(self) -> str:
        outcome = getattr(self.visit, "outcome", None)
        return outcome.get_result_display() if outcome else ""

    @property
    def in_a_sentence(self) -> str:
        """What the register says of them now that it has been put right."""
        if self.visit:
            return f"{self.name} {'came' if self.standing == Standing.CAME else 'walked in'}."
        return f"{self.name} {'did not come' if self.standing == Standing.DID_NOT_COME else 'is not here'}."

    @property
    def was_helped(self) -> bool:
        """Then they were here, whatever anybody presses."""
        return bool(self.helps or self.outcome)


@dataclass(frozen=True)
class Register:
    """Everybody who has to do with the surgery, and how many of each there are."""

    surgery: Surgery
    entries: tuple[Entry, ...]
    totals: Totals
    corrections: tuple[Correction, ...]
    is_over: bool

    @property
    def is_kept(self) -> bool:
        """Whether anybody was noted. If not, it says nothing about who came."""
        return self.totals.visits > 0


def register_of(surgery: Surgery, *, now: datetime, for_organiser: bool) -> Register:
    """The surgery's register as it is now; who often does not come, and why, is for organisers alone."""
    booked = by_attendee(surgery.bookings.select_related("slot", "attendee"))
    helps = Prefetch("helps", Help.objects.select_related("shift__champion"))
    visits = surgery.visits.select_related("outcome", "attendee").prefetch_related(helps)
    here = {visit.attendee_id: visit for visit in visits}
    missed = missed_before(surgery, booked.keys() | here.keys()) if for_organiser else {}
    is_over = surgery.is_over(now)
    entries = [
        Entry(
            attendee_id=attendee,
            standing=(standing := standing_at(booking, visit, surgery, is_missed=is_over and bool(here))),
            booking=booking,
            visit=visit,
            missed=seats if (seats := missed.get(attendee)) and seats.is_often else None,
            said=_said(booking) if for_organiser and standing == Standing.DID_NOT_COME else "",
        )
        for attendee in booked.keys() | here.keys()
        for booking, visit in [(booked.get(attendee), here.get(attendee))]
    ]
    return Register(
        surgery=surgery,
        entries=tuple(sorted(entries, key=_in_order)),
        totals=_totals(entries, seats=surgery.seats.count()),
        corrections=tuple(surgery.corrections.select_related("attendee", "corrected_by")),
        is_over=is_over,
    )


def by_attendee(bookings: Iterable[Booking]) -> dict[int, Booking]:
    """What each person has at a surgery. Who cancelled may have booked again: the live one counts, or else the last."""
    found: dict[int, Booking] = {}
    for booking in sorted(bookings, key=lambda booking: (booking.created_at, booking.pk)):
        known = found.get(booking.attendee_id)
        if known is None or not known.is_live:
            found[booking.attendee_id] = booking
    return found


def missed_before(surgery: Surgery, attendees: Iterable[int]) -> dict[int, Missed]:
    """Of each, how many of their last seats before this surgery they did not come for: one statement."""
    noted = Visit.objects.filter(surgery=OuterRef("surgery"))
    seats = (
        Booking.objects.holding_a_seat()
        .filter(Exists(noted), attendee__in=attendees, surgery__ends_at__lte=surgery.starts_at)
        .annotate(
            is_here=Exists(noted.filter(attendee=OuterRef("attendee"))),
            nth=Window(RowNumber(), partition_by="attendee", order_by=[F("surgery__starts_at").desc(), F("id").desc()]),
        )
        .filter(nth__lte=LAST)
        .values_list("attendee", "is_here")
    )
    of, missed = Counter[int](), Counter[int]()
    for attendee, is_here in seats:
        of[attendee] += 1
        missed[attendee] += not is_here
    return {attendee: Missed(missed[attendee], of[attendee]) for attendee in of}


def came_to_their_seat() -> Exists:
    """Of a visit: whether the person has a seat at the surgery, whatever they had when they arrived."""
    return Exists(Booking.objects.holding_a_seat().filter(attendee=OuterRef("attendee"), surgery=OuterRef("surgery")))


def standing_at(booking: Booking | None, visit: Visit | None, surgery: Surgery, *, is_missed: bool) -> Standing:
    """What somebody is there, by what they booked and whether they came; `is_missed`: who is not here did not come."""
    if visit:
        return Standing.CAME if booking and booking.is_confirmed else Standing.WALKED_IN
    assert booking
    if booking.is_confirmed:
        return Standing.DID_NOT_COME if is_missed else Standing.BOOKED
    if booking.is_waiting:
        return Standing.WAITING
    return Standing.CANCELLED_LATE if is_late(booking, surgery) else Standing.CANCELLED


def _said(booking: Booking | None) -> str:
    return booking.get_missed_because_display() if booking and booking.missed_because else ""


def is_late(booking: Booking, surgery: Surgery) -> bool:
    """Whether the attendee gave up a seat when nobody was promoted to it any more."""
    return bool(
        booking.was_cancelled_by_attendee
        and booking.slot_id
        and booking.cancelled_at
        and booking.cancelled_at >= surgery.cutoff_at
    )


def _totals(entries: Iterable[Entry], *, seats: int) -> Totals:
    found = Counter(entry.standing for entry in entries)
    return Totals(
        came=found[Standing.CAME],
        did_not_come=found[Standing.DID_NOT_COME],
        unsaid=found[Standing.BOOKED],
        walked_in=found[Standing.WALKED_IN],
        seats=seats,
        waiting=found[Standing.WAITING],
        cancelled_in_time=found[Standing.CANCELLED],
        cancelled_late=found[Standing.CANCELLED_LATE],
    )


def _in_order(entry: Entry) -> tuple:
    """Seats by time; then who walked in, as they arrived, as far as it is known; then who waits, in line; then who
    cancelled.
    """
    booking, visit = entry.booking, entry.visit
    if booking and booking.is_confirmed and booking.slot:
        return 0, booking.slot.starts_at, entry.name, booking.pk
    if visit:
        return 1, visit.arrived_at is None, visit.arrived_at, entry.name, visit.pk
    assert booking
    if booking.is_waiting:
        return 2, booking.position or 0, entry.name, booking.pk
    return 3, booking.cancelled_at, entry.name, booking.pk
