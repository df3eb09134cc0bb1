"""Bank holidays and working days, which differ between the nations of the United Kingdom.

Source: the `holidays` library, which follows https://www.gov.uk/bank-holidays and, for years that are not announced
yet, the Banking and Financial Dealings Act 1971. One-off holidays are known once the library is brought
up to date.
"""

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

from .models import Office

SATURDAY = 5


@lru_cache(maxsize=64)
def bank_holidays(nation: str, year: int) -> dict[date, str]:
    """The bank holidays of a year and what each is called, in the nation (an `Office.Nation`) of an office.

    With the apostrophe that our pages have everywhere: the library types it straight.
    """
    found = country_holidays("GB", subdiv=Office.Nation(nation).value, years=year)
    return {day: name.replace("'", "’") for day, name in sorted(found.items())}


def is_working_day(day: date, nation: str) -> bool:
    """Whether offices of the nation are open: Monday to Friday, bank holidays apart."""
    return day.weekday() < SATURDAY and day not in bank_holidays(nation, day.year)


def working_day_before(day: date, nation: str) -> date:
    """The last working day before `day` in the nation: Thursday before Good Friday for the Tuesday after Easter."""
    day -= timedelta(days=1)
    while not is_working_day(day, nation):
        day -= timedelta(days=1)
    return day


def working_day_after(day: date, nation: str) -> date:
    """The first working day after `day` in the nation: the Tuesday after Easter for Maundy Thursday."""
    day += timedelta(days=1)
    while not is_working_day(day, nation):
        day += timedelta(days=1)
    return day
