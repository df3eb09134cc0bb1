"""Attendance across surgeries that are over: how many booked, came, walked in and did not come, and the rows behind it.

What "came" and the others mean is said in `bookings.register`. PostgreSQL counts, with the same few statements however
much there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import dateformat
from django.utils.http import urlencode

from bookings.models import Booking, Visit
from bookings.record import Period
from bookings.register import NOT_KNOWN, Counts, came_to_their_seat
from surgeries.models import Seat, Surgery
from surgeries.templatetags.times import clock

WEEKS = 12
# Of surgeries that belong to no series. No reference has vowels.
NO_SERIES = "none"


class By(models.TextChoices):
    """What a row of the table is about."""

    WEEK = "week", "Week"
    OFFICE = "office", "Office"
    SERIES = "series", "Series"


class What(models.TextChoices):
    """What a number counts: its name in addresses, and the heading of the list behind it."""

    SURGERIES = "surgeries", "Surgeries"
    NO_REGISTER = "no_register", "Surgeries without a register"
    BOOKED = "booked", "Booked"
    CAME = "came", "Came"
    DID_NOT_COME = "did_not_come", "Did not come"
    UNSAID = "unsaid", "Booked, and nobody knows whether they came"
    WALKED_IN = "walked_in", "Walked in"
    SEATS_UNUSED = "seats_unused", "Seats unused"


# Shorter, where there is no room.
COLUMNS = {What.UNSAID: "Not known"}


@dataclass(frozen=True)
class Asked:
    """Which surgeries, and what a row is about: what the address of the page says."""

    period: Period
    by: By = By.WEEK
    office: str = ""
    series: str = ""

    @property
    def query(self) -> str:
        """As it stands in an address."""
        chosen = {"office": self.office, "series": self.series, "by": self.by.value}
        return f"{self.period.query}&{urlencode({name: value for name, value in chosen.items() if value})}"

    def surgeries(self, now: datetime) -> QuerySet[Surgery]:
        """Those that took place, and are over."""
        found = Surgery.objects.filter(state=Surgery.State.PUBLISHED, ends_at__lte=now)
        found = found.filter(starts_at__gte=self.period.starts_at, starts_at__lt=self.period.ends_at)
        if self.office:
            found = found.filter(venue__office__slug=self.office)
        if self.series:
            one = Q(series=None) if self.series == NO_SERIES else Q(series__reference=self.series)
            found = found.filter(one)
        return found


@dataclass(frozen=True)
class Bar:
    """A part of a row's picture: how far from its beginning, and how long."""

    what: What
    start: int
    length: int


@dataclass(frozen=True)
class Group:
    """A row: a week, an office, a series or everything, and what is asked for to see it alone."""

    name: str
    asked: Asked
    surgeries: int
    kept: int
    counts: Counts

    @property
    def no_register(self) -> int:
        return self.surgeries - self.kept

    @property
    def numbers(self) -> list[tuple[What, int]]:
        """Those of the columns, in their order."""
        return [
            (What.SURGERIES, self.surgeries),
            (What.BOOKED, self.counts.booked),
            (What.CAME, self.counts.came),
            (What.DID_NOT_COME, self.counts.did_not_come),
            (What.UNSAID, self.counts.unsaid),
            (What.WALKED_IN, self.counts.walked_in),
            (What.SEATS_UNUSED, self.counts.seats_unused),
        ]

    @property
    def bars(self) -> Iterator[Bar]:
        """Everybody who booked or came, one after the other."""
        start, numbers = 0, dict(self.numbers)
        for what in (What.CAME, What.WALKED_IN, What.DID_NOT_COME, What.UNSAID):
            yield Bar(what, start, numbers[what])
            start += numbers[what]


@dataclass(frozen=True)
class Attendance:
    """The table: its rows, and all of them together."""

    asked: Asked
    groups: tuple[Group, ...]
    total: Group

    @property
    def columns(self) -> list[str]:
        """The headings of the numbers."""
        return [COLUMNS.get(what, what.label) for what, _ in self.total.numbers]

    @property
    def widest(self) -> int:
        """What the longest bar stands for."""
        return max((group.counts.booked + group.counts.walked_in for group in self.groups), default=0) or 1


def last_weeks(today: date) -> Period:
    """This week, and those before it."""
    monday = today - timedelta(days=today.weekday())
    return Period(monday - timedelta(weeks=WEEKS - 1), today)


def attendance_of(asked: Asked, *, now: datetime) -> Attendance:
    """How many came to what is asked for: four statements."""
    surgeries = asked.surgeries(now)
    of_surgery, of_others = _keys(asked.by, ""), _keys(asked.by, "surgery__")
    kept = surgeries.filter(_noted(OuterRef("pk")))

    def counted(rows: QuerySet, keys: dict[str, Any], **counts: Any) -> dict[Any, dict[str, int]]:
        grouped = rows.order_by().values(**keys).annotate(**counts)
        return {(row.pop("key"), row.pop("label", "")): row for row in grouped}

    there = counted(
        surgeries.annotate(is_kept=_noted(OuterRef("pk"))),
        of_surgery,
        surgeries=Count("pk"),
        kept=Count("pk", filter=Q(is_kept=True)),
    )
    seats = counted(Seat.objects.filter(surgery__in=kept), of_others, seats=Count("pk"))
    booked = counted(
        Booking.objects.holding_a_seat().filter(surgery__in=surgeries).annotate(is_kept=_noted(OuterRef("surgery"))),
        of_others,
        booked=Count("pk"),
        known=Count("pk", filter=Q(is_kept=True)),
    )
    visits = counted(
        Visit.objects.filter(surgery__in=surgeries).annotate(is_seated=came_to_their_seat()),
        of_others,
        visits=Count("pk"),
        came=Count("pk", filter=Q(is_seated=True)),
    )
    groups = []
    for key in sorted(there, key=_order, reverse=asked.by == By.WEEK):
        of_booked = booked.get(key, {"booked": 0, "known": 0})
        of_visits = visits.get(key, {"visits": 0, "came": 0})
        counts = Counts(
            came=of_visits["came"],
            did_not_come=of_booked["known"] - of_visits["came"],
            unsaid=of_booked["booked"] - of_booked["known"],
            walked_in=of_visits["visits"] - of_visits["came"],
            seats=seats.get(key, {"seats": 0})["seats"],
        )
        groups.append(Group(_name(asked.by, key), _only(asked, key), **there[key], counts=counts))
    return Attendance(
        asked=asked,
        groups=tuple(groups),
        total=Group(
            name="All",
            asked=asked,
            surgeries=sum(group.surgeries for group in groups),
            kept=sum(group.kept for group in groups),
            counts=Counts.sum_of(group.counts for group in groups) if groups else Counts(),
        ),
    )


# ── The rows behind a number ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Line:
    """One of those that a number counts: somebody, a seat or a surgery."""

    surgery: Surgery
    time: str = ""
    name: str = ""


def behind(what: What, asked: Asked, *, now: datetime) -> QuerySet:
    """What the number counts, the latest first, with what a line says of each."""
    surgeries = asked.surgeries(now)
    if what in {What.SURGERIES, What.NO_REGISTER}:
        found = surgeries.exclude(_noted(OuterRef("pk"))) if what == What.NO_REGISTER else surgeries
        return found.select_related("venue__office").order_by("-starts_at", "-pk")
    here = Exists(Visit.objects.filter(surgery=OuterRef("surgery"), attendee=OuterRef("attendee")))
    noted = _noted(OuterRef("surgery"))
    if what == What.WALKED_IN:
        rows: QuerySet = Visit.objects.filter(~came_to_their_seat(), surgery__in=surgeries)
        order = "arrived_at"
    elif what == What.SEATS_UNUSED:
        used = Booking.objects.holding_a_seat().filter(here, seat=OuterRef("pk"))
        rows = Seat.objects.filter(noted, ~Exists(used), surgery__in=surgeries).select_related("slot", "booking")
        order = "slot__starts_at"
    else:
        which = {
            What.BOOKED: Q(),
            What.CAME: here,
            What.DID_NOT_COME: ~here & noted,
            What.UNSAID: ~noted,
        }[what]
        rows = Booking.objects.holding_a_seat().filter(which, surgery__in=surgeries).select_related("slot")
        order = "slot__starts_at"
    return rows.select_related("surgery__venue__office").order_by("-surgery__starts_at", "-surgery", order, "pk")


def line_of(row: Any) -> Line:
    """What is said of one of them."""
    if isinstance(row, Surgery):
        return Line(row)
    if isinstance(row, Visit):
        return Line(row.surgery, clock(row.arrived_at) if row.arrived_at else f"arrival {NOT_KNOWN}", row.name)
    if isinstance(row, Seat):
        booking = getattr(row, "booking", None)
        return Line(row.surgery, clock(row.slot.starts_at), booking.name if booking else "Nobody had booked")
    return Line(row.surgery, clock(row.slot.starts_at), row.name)


def _noted(surgery: OuterRef) -> Exists:
    """Whether anybody was noted at the surgery, which is what keeping the register means."""
    return Exists(Visit.objects.filter(surgery=surgery))


# ── What a row is about ───────────────────────────────────────────────────────────────────────────────────────


def _keys(by: By, surgery: str) -> dict[str, Any]:
    """What rows are grouped by, seen from something that leads to its `surgery`."""
    if by == By.OFFICE:
        return {"key": F(f"{surgery}venue__office__slug"), "label": F(f"{surgery}venue__office__name")}
    if by == By.SERIES:
        return {"key": F(f"{surgery}series__reference"), "label": F(f"{surgery}series__name")}
    monday = TruncWeek(f"{surgery}starts_at", output_field=models.DateField(), tzinfo=settings.ZONE)
    return {"key": monday}


def _order(key: tuple) -> tuple:
    """By name or day; what belongs to no series comes last."""
    return (key[0] is None, key[1] or "", key[0] or "")


def _name(by: By, key: tuple) -> str:
    if by == By.WEEK:
        return f"Week of {dateformat.format(key[0], 'j F Y')}"
    return key[1] or "No series"


def _only(asked: Asked, key: tuple) -> Asked:
    """The same, of this row alone."""
    if asked.by == By.OFFICE:
        return replace(asked, office=key[0])
    if asked.by == By.SERIES:
        return replace(asked, series=key[0] or NO_SERIES)
    monday, period = key[0], asked.period
    week = Period(max(monday, period.first), min(monday + timedelta(days=6), period.last))
    return replace(asked, period=week)
