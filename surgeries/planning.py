"""What there is to know of the dates of a pattern before anything is made: holidays, clashes, the clocks, the past."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

from organisation.working_days import bank_holidays
from surgeries.models import Series, Surgery
from surgeries.services import holder, is_decided, open_dates, times_of, what_speaks_against
from surgeries.templatetags.times import clock, span
from surgeries.templatetags.times import day as in_words

# More than two years of a surgery every week.
MOST_DATES = 110


class Kind(models.TextChoices):
    """What a remark is about, as its tag says it."""

    HOLIDAY = "holiday", "Bank holiday"
    CLASH = "clash", "Venue taken"
    STRUCK_OUT = "struck_out", "Struck out before"
    SAME_OFFICE = "same_office", "Same office"
    CLOCKS = "clocks", "Clocks change"


# What speaks against a date, so that it is not ticked at first.
AGAINST = {Kind.HOLIDAY, Kind.CLASH, Kind.STRUCK_OUT}


@dataclass(frozen=True)
class Remark:
    """Something to know of a date."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class Planned:
    """A date of the pattern, with all there is to know of it."""

    day: date
    starts_at: datetime
    ends_at: datetime
    remarks: tuple[Remark, ...]
    is_past: bool

    @property
    def speaks_against(self) -> bool:
        """Whether it is left out unless somebody ticks it."""
        return any(remark.kind in AGAINST for remark in self.remarks)


def plan(series: Series, days: Sequence[date], *, now: datetime, like: Series | None = None) -> list[Planned]:
    """Each of these days with what there is to know of it, in three queries. The series need not be saved yet.

    If it began `like` another one, also what somebody left out of that: in two queries more.
    """
    times = times_of(series, days)
    there: dict[date, list[Surgery]] = defaultdict(list)
    if days:
        around = (times[0][0] - timedelta(days=1), times[-1][1] + timedelta(days=1))
        found = Surgery.objects.exclude(state=Surgery.State.CALLED_OFF).filter(starts_at__range=around)
        for surgery in found.at_office(series.venue.office_id).select_related("venue", "series"):
            there[timezone.localdate(surgery.starts_at)].append(surgery)
    coming = _coming_at_the_venue(series, days, now=now)
    known = {
        day: _remarks(series, day, start, end, there[day], coming[day])
        for day, (start, end) in zip(days, times, strict=True)
    }
    for day in (_left_out(like, now=now) & known.keys()) if like else ():
        known[day].append(Remark(Kind.STRUCK_OUT, f"Left out of “{like}”"))
    return [
        Planned(day, start, end, tuple(known[day]), start <= now) for day, (start, end) in zip(days, times, strict=True)
    ]


def _left_out(series: Series, *, now: datetime) -> set[date]:
    """The dates to come on which somebody struck the series out or deleted its draft: nothing else speaks against."""
    if series.planned_until is None:
        return set()
    days = open_dates(series, until=series.planned_until, now=now)
    return set(days) - what_speaks_against(series, days).keys()


def _coming_at_the_venue(series: Series, days: Sequence[date], *, now: datetime) -> dict[date, list[Series]]:
    """By day, the other series of which the clock is going to make a surgery at the venue then, at whatever hour."""
    found: dict[date, list[Series]] = defaultdict(list)
    others = {each.pk: each for each in Series.objects.going_on().filter(venue=series.venue_id).exclude(pk=series.pk)}
    # Of this month as well, since what a month had at its beginning it does not get again.
    moments = Surgery.objects.filter(series__in=others, starts_at__gte=now - timedelta(days=31))
    made = moments.values_list("series", "starts_at")
    taken = {(pk, others[pk].turn(timezone.localdate(moment))) for pk, moment in made}
    nation, today = series.venue.office.nation, timezone.localdate(now)
    wanted = {day for day in days if day > today and day not in bank_holidays(nation, day.year)}
    for other in others.values():
        for day in other.dates(until=max(wanted, default=today)):
            if day in wanted and not is_decided(other, day) and (other.pk, other.turn(day)) not in taken:
                found[day].append(other)
    return found


def _remarks(
    series: Series, day: date, start: datetime, end: datetime, there: list[Surgery], coming: list[Series]
) -> list[Remark]:
    found = []
    if holiday := bank_holidays(series.venue.office.nation, day.year).get(day):
        found.append(Remark(Kind.HOLIDAY, holiday))
    if is_decided(series, day):
        found.append(Remark(Kind.STRUCK_OUT, "It was left out, or its draft was deleted"))
    for surgery in there:
        about = f"{span(surgery)}{', a draft' if surgery.state == Surgery.State.DRAFT else ''}"
        if surgery.venue_id == series.venue_id and surgery.starts_at < end and surgery.ends_at > start:
            found.append(Remark(Kind.CLASH, f"{capfirst(holder(surgery))} is there {about}"))
        else:
            found.append(Remark(Kind.SAME_OFFICE, f"{surgery.venue.name}, {about}"))
    for other in coming:
        if other.start_time < series.end_time and other.end_time > series.start_time:
            hours = f"{clock(other.start_time)} to {clock(other.end_time)}"
            found.append(Remark(Kind.CLASH, f"{other.name} will be there {hours}"))
    if words := clock_change(day):
        found.append(Remark(Kind.CLOCKS, words))
    return found


def clock_change(day: date) -> str:
    """Which way the clocks go on the Sunday before or after the day, such as "They go back on Sunday 31 October"."""
    sunday = day + timedelta(days=6 - day.weekday())
    for change in (sunday - timedelta(days=7), sunday):
        eve, noon = (datetime.combine(each, time(12), settings.ZONE) for each in (change - timedelta(days=1), change))
        before, after = eve.utcoffset(), noon.utcoffset()
        if before is not None and after is not None and before != after:
            return f"They go {'forward' if after > before else 'back'} on {in_words(change)}"
    return ""
