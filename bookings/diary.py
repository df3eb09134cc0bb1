"""The diary as organisers see it: a month of surgeries, drafts among them, each with how it stands in words."""

import re
from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from bookings.attendance import NO_SERIES
from bookings.availability import Availability, counted, is_full, with_availability
from bookings.managing import Standing, standing_of
from surgeries.models import Shift, Surgery, SurgeryQuerySet, local_month

MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")
FRIDAY = 5
FIRST_MONTH, LAST_MONTH = date(2000, 1, 1), date(2099, 12, 1)


class Which(models.TextChoices):
    """What the diary can be narrowed down to."""

    DRAFT = "draft", "Drafts"
    PUBLISHED = "published", "Published, still to come"
    SHORT = "short", "Short of hosts"
    FULL = "full", "Full"
    CALLED_OFF = "called_off", "Called off"
    OVER = "over", "Over"


def month_of(text: str, *, otherwise: date) -> date:
    """The first day of a month that is written like 2026-12, or of the month of `otherwise` if it is none."""
    written = MONTH.fullmatch(text.strip())
    return date(int(written[1]), int(written[2]), 1) if written else otherwise.replace(day=1)


@dataclass(frozen=True)
class Asked:
    """What the address of the diary says: which month, which surgeries, and whether as a list."""

    month: date
    office: str = ""
    series: str = ""
    state: str = ""
    is_list: bool = False

    @property
    def query(self) -> str:
        """As it stands in an address."""
        chosen = {
            "month": f"{self.month:%Y-%m}",
            "office": self.office,
            "series": self.series,
            "state": self.state,
            "as": "list" if self.is_list else "",
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.office or self.series or self.state)

    @property
    def everything(self) -> "Asked":
        """The whole of the same month."""
        return Asked(self.month, is_list=self.is_list)

    @property
    def otherwise(self) -> "Asked":
        """The same in the other form: as a list, or as a calendar."""
        return replace(self, is_list=not self.is_list)

    @property
    def previous(self) -> "Asked | None":
        """The same, a month earlier."""
        return self._in_month(self.month.year * 12 + self.month.month - 2)

    @property
    def next(self) -> "Asked | None":
        """The same, a month later."""
        return self._in_month(self.month.year * 12 + self.month.month)

    def _in_month(self, number: int) -> "Asked | None":
        month = date(number // 12, number % 12 + 1, 1)
        return replace(self, month=month) if FIRST_MONTH <= month <= LAST_MONTH else None

    def surgeries(self, now: datetime) -> SurgeryQuerySet:
        """Those that are asked for, of whatever month."""
        found = Surgery.objects.all()
        if self.office:
            found = found.filter(venue__office__slug=self.office)
        if self.series:
            one = Q(series=None) if self.series == NO_SERIES else Q(series__reference=self.series)
            found = found.filter(one)
        return _standing(found, self.state, now)


def _standing(found: SurgeryQuerySet, state: str, now: datetime) -> SurgeryQuerySet:
    coming = Q(state=Surgery.State.PUBLISHED, ends_at__gt=now)
    if state == Which.SHORT:
        return found.exclude(state=Surgery.State.CALLED_OFF).filter(ends_at__gt=now).short_of_hosts()
    if state == Which.FULL:
        return found.filter(coming, is_full(now))
    which = {
        Which.DRAFT: Q(state=Surgery.State.DRAFT),
        Which.PUBLISHED: coming,
        Which.CALLED_OFF: Q(state=Surgery.State.CALLED_OFF),
        Which.OVER: Q(state=Surgery.State.PUBLISHED, ends_at__lte=now),
    }
    return found.filter(which[Which(state)]) if state else found


# ── How a surgery stands ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Entry:
    """A surgery in the diary, and how it stands."""

    surgery: Surgery
    standing: Standing
    seats: str
    hosts: str
    is_short: bool
    is_full: bool

    @property
    def href(self) -> str:
        """Where organisers keep this surgery."""
        return reverse("bookings:manage_surgery", args=[self.surgery.reference])


def as_in_diary(surgeries: SurgeryQuerySet, *, now: datetime) -> SurgeryQuerySet:
    """With everything that an entry shows: one query."""
    hosts = Shift.objects.live().filter(surgery=OuterRef("pk"))
    short = Surgery.objects.filter(pk=OuterRef("pk")).short_of_hosts()
    found = with_availability(surgeries, now=now).select_related("venue__office", "series")
    return found.annotate(number_of_hosts=counted(hosts, "surgery"), is_short=Exists(short))


def entry_of(surgery: Surgery, *, now: datetime) -> Entry:
    """How a surgery stands that `as_in_diary` has read."""
    is_over, is_draft = surgery.is_over(now), surgery.state == Surgery.State.DRAFT
    is_live = not (is_over or surgery.is_called_off)
    seats = Availability.of(surgery, now=now)
    is_short = is_live and surgery.is_short  # type: ignore[attr-defined]
    return Entry(
        surgery=surgery,
        standing=standing_of(surgery, now=now),
        seats="" if not is_live else _seats_of_draft(seats) if is_draft else seats.words,
        hosts=_hosts(surgery, is_short=is_short) if is_live else "",
        is_short=is_short,
        is_full=is_live and not is_draft and seats.is_full,
    )


def _seats_of_draft(seats: Availability) -> str:
    return f"{seats.seats_open} seat{'' if seats.seats_open == 1 else 's'}"


def _hosts(surgery: Surgery, *, is_short: bool) -> str:
    number: int = surgery.number_of_hosts  # type: ignore[attr-defined]
    if not number:
        return "No host"
    if number < surgery.hosts_wanted:
        return f"{number} of {surgery.hosts_wanted} hosts"
    # As many as are wanted, and still not all the time.
    return "Hosts missing for part of it" if is_short else f"{number} host{'' if number == 1 else 's'}"


# ── A month ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Day:
    """A day of the calendar, with its surgeries in order of time. Days of other months stay empty."""

    day: date
    is_in_month: bool
    is_today: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Month:
    """A page of the diary."""

    asked: Asked
    entries: tuple[Entry, ...]
    today: date

    @property
    def weeks(self) -> list[list[Day]]:
        """Of the calendar, from Monday to Sunday."""
        by_day: dict[date, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            by_day[timezone.localdate(entry.surgery.starts_at)].append(entry)
        month = self.asked.month
        return [
            [Day(day, day.month == month.month, day == self.today, tuple(by_day[day])) for day in week]
            for week in Calendar().monthdatescalendar(month.year, month.month)
        ]

    @cached_property
    def ahead(self) -> Entry | None:
        """The first from today on, to which a link leads past those that stand before it; None if none does."""
        ahead = next((each for each in self.entries if timezone.localdate(each.surgery.starts_at) >= self.today), None)
        return ahead if ahead and ahead != self.entries[0] else None

    @property
    def has_weekend(self) -> bool:
        """Whether any of them is on a Saturday or a Sunday."""
        return any(timezone.localdate(entry.surgery.starts_at).isoweekday() > FRIDAY for entry in self.entries)


def month_of_diary(asked: Asked, *, now: datetime) -> Month:
    """The surgeries that are asked for, in one query."""
    begins, ends = local_month(asked.month.year, asked.month.month)
    found = asked.surgeries(now).filter(starts_at__gte=begins, starts_at__lt=ends)
    return Month(
        asked, entries_of(found.order_by("starts_at", "venue__office__name", "pk"), now=now), timezone.localdate(now)
    )


def entries_of(surgeries: SurgeryQuerySet, *, now: datetime) -> tuple[Entry, ...]:
    """Each of them, in their order: one query."""
    found: Iterable[Surgery] = as_in_diary(surgeries, now=now)
    return tuple(entry_of(surgery, now=now) for surgery in found)


def nearest_month(asked: Asked, *, now: datetime) -> Asked | None:
    """The same in the next month that has any of them or, if there is none, in the last one before it."""
    begins, ends = local_month(asked.month.year, asked.month.month)
    found = asked.surgeries(now).order_by()
    start = found.filter(starts_at__gte=ends).aggregate(at=models.Min(F("starts_at")))["at"]
    start = start or found.filter(starts_at__lt=begins).aggregate(at=models.Max(F("starts_at")))["at"]
    return replace(asked, month=timezone.localdate(start).replace(day=1)) if start else None
