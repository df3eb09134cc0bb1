"""Bank holidays differ between the nations; https://www.gov.uk/bank-holidays says which days they are."""

from datetime import date, timedelta

import pytest

from organisation.models import Office
from organisation.working_days import bank_holidays, is_working_day, working_day_before

ENGLAND, SCOTLAND, WALES, NORTHERN_IRELAND = Office.Nation.values

# From https://www.gov.uk/bank-holidays.json, in order of date.
ANNOUNCED = {
    (ENGLAND, 2025): "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    (WALES, 2025): "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    (SCOTLAND, 2025): "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26",
    (NORTHERN_IRELAND, 2025): "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26",
    (ENGLAND, 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    (SCOTLAND, 2027): "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28",
    (NORTHERN_IRELAND, 2027): "01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28",
}


@pytest.mark.parametrize(("nation", "year"), ANNOUNCED)
def test_weekdays_off_are_those_that_gov_uk_announces(nation, year):
    weekdays = [day for day in bank_holidays(nation, year) if day.weekday() < 5]
    assert [f"{day:%m-%d}" for day in weekdays] == ANNOUNCED[nation, year].split()


def test_every_bank_holiday_has_a_name_to_show_to_organisers():
    assert bank_holidays(ENGLAND, 2026)[date(2026, 4, 3)] == "Good Friday"
    assert bank_holidays(SCOTLAND, 2026)[date(2026, 11, 30)] == "Saint Andrew’s Day"


def test_an_unknown_nation_is_an_error_rather_than_a_place_without_holidays():
    with pytest.raises(ValueError, match="FRA"):
        bank_holidays("FRA", 2026)


@pytest.mark.parametrize(
    ("day", "nation", "before"),
    [
        (date(2026, 11, 25), ENGLAND, date(2026, 11, 24)),
        (date(2026, 11, 23), ENGLAND, date(2026, 11, 20)),  # a Monday: the Friday before
        (date(2026, 4, 7), ENGLAND, date(2026, 4, 2)),  # Tuesday after Easter: Thursday
        (date(2026, 4, 7), SCOTLAND, date(2026, 4, 6)),  # Easter Monday is a working day in Scotland
        (date(2026, 12, 1), ENGLAND, date(2026, 11, 30)),
        (date(2026, 12, 1), SCOTLAND, date(2026, 11, 27)),  # Saint Andrew's Day
        (date(2026, 3, 18), NORTHERN_IRELAND, date(2026, 3, 16)),  # Saint Patrick's Day
        (date(2027, 1, 5), ENGLAND, date(2027, 1, 4)),
        (date(2027, 1, 5), SCOTLAND, date(2026, 12, 31)),  # 1 January, a weekend, and 2 January in its stead
        (date(2027, 12, 29), WALES, date(2027, 12, 24)),  # Christmas on a weekend, two days in its stead
    ],
)
def test_the_working_day_before_passes_over_weekends_and_the_nations_bank_holidays(day, nation, before):
    assert working_day_before(day, nation) == before


@pytest.mark.parametrize("nation", Office.Nation.values)
def test_the_working_day_before_is_at_most_five_days_ago_and_nothing_between_is_a_working_day(nation):
    for number in range(366 * 3):
        day = date(2025, 1, 1) + timedelta(days=number)
        before = working_day_before(day, nation)
        assert is_working_day(before, nation)
        assert timedelta(days=1) <= day - before <= timedelta(days=6)
        assert not any(is_working_day(before + timedelta(days=n), nation) for n in range(1, (day - before).days))
