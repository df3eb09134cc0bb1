"""Everything about one person on one page, for organisers: what they booked, came to and hosted, and the emails."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat

from bookings.models import Booking, Help, Outcome, Visit
from bookings.people import Person
from bookings.register import Standing, by_attendee, came_to_their_seat, standing_at
from history.models import Change
from notifications.models import OutboxEmail
from notifications.registry import names
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import clock, day_and_year

COLOURS = {
    Standing.BOOKED: "blue", Standing.WAITING: "yellow", Standing.CAME: "green", Standing.WALKED_IN: "green",
    Standing.DID_NOT_COME: "orange",
}  # fmt: skip
BOOKED_FOR = ("bookings:book_for_at", "bookings:book_for_new_at")
"""The pages on which an organiser books for somebody, as history names them."""
EMAILS = 25
"""How many of the latest emails are shown."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What somebody had to do with one surgery."""

    surgery: Surgery
    bookings: tuple[Booking, ...]
    visit: Visit | None
    shifts: tuple[Shift, ...]
    standing: Standing | None
    # Whether their booking can still be moved or cancelled.
    can_change: bool

    @property
    def booking(self) -> Booking | None:
        """The one that counts: the live one or, if there is none, the last."""
        return next(iter(by_attendee(self.bookings).values()), None)

    @property
    def earlier(self) -> list[Booking]:
        """Those that were cancelled before."""
        return [each for each in self.bookings if each != self.booking]

    @property
    def result(self) -> str:
        """What became of what they asked."""
        return Outcome.Result(self.visit.result).label if self.visit and self.visit.result else ""  # type: ignore[attr-defined]

    @property
    def colour(self) -> str:
        """Of the tag that says how it stands."""
        return COLOURS.get(self.standing, "grey") if self.standing else ""

    @property
    def said(self) -> str:
        """Why they did not come, if they said so."""
        missed = self.standing == Standing.DID_NOT_COME and self.booking and self.booking.missed_because
        return self.booking.get_missed_because_display() if missed and self.booking else ""


@dataclass(frozen=True)
class Figures:
    """How often somebody did what: one line at the top of the page."""

    booked: int
    waits: int
    came: int
    walked_in: int
    missed: int
    cancelled: int
    hosted: int

    @property
    def visits(self) -> int:
        return self.came + self.walked_in


@dataclass(frozen=True)
class Emailed:
    """An email to them: of what kind, about which surgery, if any, when it was queued, and what became of it."""

    called: str
    about: str
    at: datetime
    state: str
    is_dead: bool
    # What went to an address of theirs that is not known any more.
    went_elsewhere: bool


def surgeries_of(person: Person):
    """The surgeries where they booked, came or hosted, the latest first."""
    at = Booking.objects.filter(attendee__in=person.attendees).order_by().values("surgery")
    at = at.union(Visit.objects.filter(attendee__in=person.attendees).order_by().values("surgery"))
    at = at.union(Shift.objects.filter(champion__in=person.champions).order_by().values("surgery"))
    return Surgery.objects.filter(pk__in=at).select_related("venue__office").order_by("-starts_at", "-pk")


def parts(surgeries: Iterable[Surgery], person: Person, *, now: datetime) -> list[Part]:
    """What they had to do with each of these: three statements, however many there are."""
    at = {surgery.pk: surgery for surgery in surgeries}
    bookings: dict[int, list[Booking]] = {}
    theirs = Booking.objects.filter(surgery__in=at, attendee__in=person.attendees).select_related("slot", "team")
    kept = Visit.objects.filter(surgery=OuterRef("surgery"))
    made = Change.objects.filter(table=Booking._meta.db_table, key=OuterRef("pk"), what=Change.What.ADDED)
    theirs = theirs.annotate(is_kept=Exists(kept), is_booked_for=Exists(made.filter(place__in=BOOKED_FOR)))
    for booking in theirs.order_by("created_at", "pk"):
        bookings.setdefault(booking.surgery_id, []).append(booking)
    outcome = Outcome.objects.filter(visit=OuterRef("pk"))
    topics = outcome.values("visit").values(all=ArrayAgg("topics__name", distinct=True, filter=Q(topics__isnull=False)))
    came = Visit.objects.filter(surgery__in=at, attendee__in=person.attendees).order_by("pk")
    helps = Help.objects.filter(visit=OuterRef("pk")).order_by().values("visit")
    helped_by = Subquery(helps.values(all=ArrayAgg("shift__champion__name", distinct=True)))
    came = came.annotate(result=Subquery(outcome.values("result")), about=Subquery(topics), helped_by=helped_by)
    visits = {visit.surgery_id: visit for visit in came}
    shifts: dict[int, list[Shift]] = {}
    for shift in Shift.objects.filter(surgery__in=at, champion__in=person.champions):
        shifts.setdefault(shift.surgery_id, []).append(shift)
    return [
        _part(surgery, tuple(bookings.get(pk, ())), visits.get(pk), tuple(shifts.get(pk, ())), now=now)
        for pk, surgery in at.items()
    ]


def _part(
    surgery: Surgery, bookings: tuple[Booking, ...], visit: Visit | None, shifts: tuple[Shift, ...], *, now: datetime
) -> Part:
    """One of them. Whoever is in no register that somebody kept did not come."""
    for booking in bookings:
        booking.surgery = surgery
    counts = next(iter(by_attendee(bookings).values()), None)
    standing = None
    if counts or visit:
        is_missed = surgery.is_over(now) and any(booking.is_kept for booking in bookings)  # type: ignore[attr-defined]
        standing = standing_at(counts, visit, surgery, is_missed=is_missed)
    can_change = bool(counts and counts.is_live and not counts.has_begun(now))
    return Part(
        surgery=surgery, bookings=bookings, visit=visit, shifts=shifts, standing=standing, can_change=can_change
    )  # fmt: skip


def figures(person: Person, *, now: datetime) -> Figures:
    """How often, of all that there is: one statement."""
    bookings = Booking.objects.filter(attendee__in=person.attendees)
    missed = Booking.objects.no_shows(now).filter(attendee__in=person.attendees)
    visits = Visit.objects.filter(attendee__in=person.attendees)
    hosted = Shift.objects.hosted(now).filter(champion__in=person.champions)
    counted = {
        "booked": bookings.holding_a_seat(),
        "waits": bookings.waiting().filter(surgery__ends_at__gt=now),
        "came": visits.filter(came_to_their_seat()),
        "walked_in": visits.filter(~came_to_their_seat()),
        "missed": missed,
        "cancelled": bookings.filter(state=Booking.State.CANCELLED),
        # As their record and their milestones count it: whoever hosted two parts of a surgery hosted it once.
        "hosted": Surgery.objects.filter(pk__in=hosted.values("surgery")),
    }
    first, *others = (
        rows.order_by()
        .annotate(of=Value(name))
        .values("of")
        .annotate(n=Count("pk", distinct=True))
        .values_list("of", "n")
        for name, rows in counted.items()
    )
    return Figures(**dict.fromkeys(counted, 0) | dict(first.union(*others, all=True)))


def emails_to(person: Person) -> tuple[list[Emailed], bool]:
    """The latest emails to any of their addresses, and whether there are more: one statement."""
    surgery = Coalesce(*_surgeries_in_about(), output_field=BigIntegerField())
    of = OutboxEmail.objects.filter(recipient__in=person.addresses).annotate(surgery=surgery)
    there = Surgery.objects.filter(pk=OuterRef("surgery"))
    venue = Concat("venue__name", Value(", "), "venue__office__name")
    of = of.annotate(starts_at=Subquery(there.values("starts_at")), venue=Subquery(there.values(where=venue)))
    rows = list(of.order_by("-created_at", "-pk")[: EMAILS + 1])
    shown = [
        Emailed(
            names.get(row.kind, row.kind),
            f"{day_and_year(row.starts_at)}, {clock(row.starts_at)}, {row.venue}" if row.starts_at else "",
            row.sent_at or row.created_at, row.get_state_display(),
            is_dead=row.state == OutboxEmail.State.DEAD, went_elsewhere=row.is_not_to_recipient,
        )
        for row in rows[:EMAILS]
    ]  # fmt: skip
    return shown, len(rows) > EMAILS


def _surgeries_in_about() -> Iterator[Combinable]:
    """The id of the surgery that an email is about: as it says itself, or of the booking or shift that it is about."""
    yield _id("surgery")
    for name, model in {"booking": Booking, "shift": Shift}.items():
        yield Subquery(model._default_manager.filter(pk=_id(name, of=OuterRef("about"))).values("surgery"))


def _id(name: str, *, of: Any = "about") -> Combinable:
    return Cast(KeyTextTransform(name, of), BigIntegerField())
