"""A day is understood as people write it, and what is none is said to be none."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from organisation.days import NotADay, read_day
from organisation.fields import ComingDayField, DayField

TODAY = date(2027, 2, 24)  # a Wednesday
TOMORROW = date(2027, 2, 25)


@pytest.mark.parametrize(
    "written",
    [
        "2027-02-25", "25/2/2027", "25/02/27", "25.2.2027", "25 2 2027", "25-2-2027", "25 February 2027", "25 Feb 2027",
        "25feb27", "25th February, 2027", "Thursday 25 February 2027", "Thurs. 25 Feb 2027", "thu 25/2/2027",
        "  THURSDAY  the 25th of FEBRUARY ", "25 Feb", "25 Feb.", "Thursday 25 February", "25/2", "on 25 February",
    ],
)  # fmt: skip
def test_a_day_is_understood_as_people_write_it(written):
    assert read_day(written, from_day=TODAY) == TOMORROW


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("24 February", TODAY),
        ("23 February", date(2028, 2, 23)),
        ("1 Jan", date(2028, 1, 1)),
        ("29 February", date(2028, 2, 29)),
        ("Tuesday 29 February", date(2028, 2, 29)),
        ("31 Dec", date(2027, 12, 31)),
    ],
)
def test_without_a_year_it_is_the_next_such_day(written, day):
    assert read_day(written, from_day=TODAY) == day
    with pytest.raises(NotADay):
        read_day(written)


def test_a_leap_day_may_be_eight_years_away():
    assert read_day("29/2", from_day=date(2096, 3, 1)) == date(2104, 2, 29)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("31/2/2027", "There is no 31 February 2027"),
        ("31 Feb", "There is no 31 February"),
        ("2027-02-29", "There is no 29 February 2027"),
        ("0/1/2027", "There is no 0 January 2027"),
        ("Monday 25 February 2027", "25 February 2027 is a Thursday, not a Monday"),
        ("Fri 25 Feb", "25 February 2027 is a Thursday, not a Friday"),
        ("12/25/2027", ""),
        ("25 Febtober", ""),
        ("Caturday 25 Feb", ""),
        ("Thursday", ""),
        ("soon", ""),
        ("25/2.2027", ""),
        ("25", ""),
        ("２５/2/2027", ""),
        ("25/2/20277", ""),
        ("\0", ""),
    ],
)
def test_what_is_no_day_is_said_to_be_none(written, why):
    with pytest.raises(NotADay) as refused:
        read_day(written, from_day=TODAY)
    assert str(refused.value) == why


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
@pytest.mark.parametrize("form", ["%d/%m/%Y", "%A %d %B %Y", "%a, %d %b %Y", "%Y-%m-%d", "%d.%m.%y"])
def test_whatever_day_it_is_it_is_read_as_it_is_written(form, day):
    assert read_day(day.strftime(form)) == day


@given(st.text())
def test_whatever_is_typed_is_a_day_or_none(text):
    try:
        read_day(text, from_day=TODAY)
    except NotADay:
        return


@time_machine.travel("2027-02-24 09:30", tick=False)
def test_a_mistake_names_the_field_and_what_is_wrong():
    coming, any_day = ComingDayField(named="The last date"), DayField(named="The day of the headcount")
    assert coming.clean("Thursday 25 February") == TOMORROW
    for field, typed, words in (
        (coming, "", "Enter the last date, such as 27/3/2027 or 27 March"),
        (coming, "soon", "Enter the last date, such as 27/3/2027 or 27 March"),
        (coming, "31/2/2027", "There is no 31 February 2027. Enter the last date, such as 27/3/2027 or 27 March"),
        (coming, "1/1/1999", "The last date has to be in 2000 or later"),
        (any_day, "25 February", "Enter the day of the headcount, such as 27/3/2027"),
    ):
        with pytest.raises(ValidationError) as refused:
            field.clean(typed)
        assert refused.value.messages == [words]
