"""How times read everywhere, on pages and in emails: "Tuesday 3 March, 10:20am to 10:40am".

The style is that of GOV.UK: "10am" rather than "10:00am", "midday" and "midnight", "to" between two times. All
take aware datetimes (or, where only the day matters, dates) and speak in the programme's own time zone. Names of
days and months come from Django, so that another language can follow.
"""

from datetime import date, datetime, time, timedelta
from typing import Protocol

from django import template
from django.conf import settings
from django.utils import dateformat, timezone

register = template.Library()

FAR = timedelta(days=300)
"""About ten months: a date that is further away, before or after today, could be taken for one of another year."""

ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


class Timed(Protocol):
    """Whatever begins and ends: a surgery, a slot, a shift."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


class Patterned(Protocol):
    """Whatever comes again on a day of the week or of the month: a series."""

    starts_on: date
    every_weeks: int
    nth_in_month: int | None


def local(moment: date | datetime) -> date | datetime:
    """The moment on the programme's own clocks; a plain date is a date everywhere."""
    return timezone.localtime(moment, settings.ZONE) if isinstance(moment, datetime) else moment


@register.filter(expects_localtime=False)
def is_far(moment: date | datetime) -> bool:
    """Whether a date needs its year: it is `FAR` from today, before or after. Any nearer, the next or last is meant."""
    on = local(moment)
    today = timezone.localdate(None, settings.ZONE)
    return abs((on.date() if isinstance(on, datetime) else on) - today) > FAR


@register.filter(expects_localtime=False)
def day(moment: date | datetime) -> str:
    """Such as "Tuesday 3 March", and "Friday 3 March 2028" if that `is_far` from now."""
    return dateformat.format(local(moment), "l j F Y" if is_far(moment) else "l j F")


@register.filter(expects_localtime=False)
def day_of_month(moment: date | datetime) -> str:
    """Such as "3 March", where the day of the week is known; and "3 March 2028" if that `is_far` from now."""
    return dateformat.format(local(moment), "j F Y" if is_far(moment) else "j F")


@register.filter(expects_localtime=False)
def day_and_year(moment: date | datetime) -> str:
    """Such as "Tuesday 3 March 2026": for what may be long ago."""
    return dateformat.format(local(moment), "l j F Y")


@register.filter(expects_localtime=False)
def clock(moment: datetime | time) -> str:
    """Such as "10am", "10:20am", "midday" and "midnight". A plain time is one on the programme's clocks."""
    at = timezone.localtime(moment, settings.ZONE) if isinstance(moment, datetime) else moment
    if (at.hour, at.minute) in {(0, 0), (12, 0)}:
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'pm' if at.hour >= 12 else 'am'}"


@register.filter(expects_localtime=False)
def day_and_time(moment: datetime) -> str:
    """Such as "3 Mar 2026, 10:20am": for columns."""
    return f"{dateformat.format(local(moment), 'j M Y')}, {clock(moment)}"


@register.filter
def span(thing: Timed) -> str:
    """From when to when, such as "10:20am to 10:40am"."""
    return f"{clock(thing.starts_at)} to {clock(thing.ends_at)}"


@register.filter
def when(thing: Timed) -> str:
    """Day and time in one, such as "Tuesday 3 March, 10:20am to 10:40am"; with the year if the day `is_far`."""
    return f"{day(thing.starts_at)}, {span(thing)}"


@register.filter
def when_and_year(thing: Timed) -> str:
    """The same in a list that may go over the end of a year: with the year, unless it is this one."""
    is_this_year = (
        timezone.localdate(thing.starts_at, settings.ZONE).year == timezone.localdate(None, settings.ZONE).year
    )
    return f"{dateformat.format(local(thing.starts_at), 'l j F' if is_this_year else 'l j F Y')}, {span(thing)}"


@register.filter
def rhythm(series: Patterned) -> str:
    """Such as "Every second Tuesday", "Tuesdays, every 3 weeks" and "Every last Tuesday of the month"."""
    weekday = dateformat.format(series.starts_on, "l")
    if series.nth_in_month is not None:
        return f"Every {ORDINALS[series.nth_in_month]} {weekday} of the month"
    every = {1: f"Every {weekday}", 2: f"Every second {weekday}"}
    return every.get(series.every_weeks, f"{weekday}s, every {series.every_weeks} weeks")
