"""A day as people write it: 27/3/2027, 27 March, Saturday 27 March 2027.

It is read here because dateutil, told that days come first, takes 2027-04-05 for the 4th of May, “10” for a day and
10:30 for today, and never says that no year was written.
"""

import re
from datetime import date

from django.utils import dateformat
from django.utils.dates import MONTHS, WEEKDAYS

ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
NUMBERS = re.compile(
    r"(?P<day>\d{1,2})(?P<between>[/. -])(?P<month>\d{1,2})(?:(?P=between)(?P<year>\d{4}|\d\d))?", re.A
)
WORDS = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? ?(?P<month>[^\W\d_]{3,})\.?(?: ?(?P<year>\d{4}|\d\d))?", re.A
)
NAMED = re.compile(r"(?:on )?(?:(?P<weekday>[^\W\d_]{2,})\.? )?(?:the )?(?P<rest>\d.*)", re.DOTALL)
# Of a day that has no year: the 29th of February may be eight years away.
YEARS_AHEAD = 8


class NotADay(ValueError):
    """The message says in words why there is no such day; it is empty where nothing was understood."""


def read_day(text: str, *, from_day: date | None = None) -> date:
    """The day that was written; without a year the next such one `from_day` on, if that is given. Raises NotADay."""
    named = NAMED.fullmatch(" ".join(text.casefold().replace(",", " ").split()))
    found = named and next((it for it in (each.fullmatch(named["rest"]) for each in (ISO, NUMBERS, WORDS)) if it), None)
    if not named or not found:
        raise NotADay
    number, month = int(found["day"]), _month(found["month"])
    if month is None:
        raise NotADay
    if found["year"]:
        year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
        day, written = _day(year, month, number), f"{number} {MONTHS[month]} {year}"
    elif from_day:
        ahead = (_day(from_day.year + years, month, number) for years in range(YEARS_AHEAD + 1))
        day, written = next((each for each in ahead if each and each >= from_day), None), f"{number} {MONTHS[month]}"
    else:
        raise NotADay
    if day is None:
        raise NotADay(f"There is no {written}")
    _check_weekday(day, named["weekday"])
    return day


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _month(written: str) -> int | None:
    """By its number, or by its name or the beginning of it."""
    if written.isdecimal():
        return int(written) if int(written) in MONTHS else None
    return next((number for number, name in MONTHS.items() if str(name).casefold().startswith(written)), None)


def _check_weekday(day: date, written: str | None) -> None:
    if written is None:
        return
    named = next((name for name in WEEKDAYS.values() if str(name).casefold().startswith(written)), None)
    if named is None:
        raise NotADay
    if str(named) != str(WEEKDAYS[day.weekday()]):
        raise NotADay(f"{dateformat.format(day, 'j F Y')} is a {WEEKDAYS[day.weekday()]}, not a {named}")
