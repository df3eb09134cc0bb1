"""Times read the same everywhere, on London's clocks."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from surgeries.models import local_moment
from surgeries.templatetags.times import clock, day, day_and_year, day_of_month, rhythm, span, when, when_and_year


def at(hour: int, minute: int = 0, *, month: int = 1) -> datetime:
    return datetime(2026, month, 6, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(10), "10am"),
        (at(10, 20), "10:20am"),
        (at(12), "midday"),
        (at(12, 5), "12:05pm"),
        (at(13, 30), "1:30pm"),
        (at(23), "11pm"),
        (at(0), "midnight"),
        (at(0, 5), "12:05am"),
    ],
)
def test_a_time_reads_as_gov_uk_writes_it(moment, words):
    assert clock(moment) == words


@time_machine.travel("2026-03-02 09:30", tick=False)
def test_in_summer_the_clock_is_an_hour_ahead_of_utc():
    assert clock(at(9, 20, month=7)) == "10:20am"
    assert day(datetime(2026, 7, 6, 23, 30, tzinfo=UTC)) == "Tuesday 7 July"


@time_machine.travel("2026-03-02 09:30", tick=False)
def test_days_have_no_leading_nought_and_a_year_only_when_asked_for():
    assert day(date(2026, 3, 3)) == "Tuesday 3 March"
    assert day_of_month(date(2026, 3, 3)) == "3 March"
    assert day_and_year(at(10)) == "Tuesday 6 January 2026"


@time_machine.travel("2026-11-29 23:30", tick=False)
@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2027, 12, 3), "Friday 3 December 2027"),
        (date(2027, 9, 26), "Sunday 26 September 2027"),
        (date(2027, 9, 25), "Saturday 25 September"),
        (date(2026, 2, 2), "Monday 2 February"),
        (date(2026, 2, 1), "Sunday 1 February 2026"),
        (date(2025, 12, 3), "Wednesday 3 December 2025"),
    ],
)
def test_a_day_that_could_be_taken_for_another_years_names_its_year(on, words):
    assert (day(on), day_of_month(on)) == (words, words.partition(" ")[2])
    start = local_moment(on, time(10, 30))
    assert day(start) == words
    assert when(SimpleNamespace(starts_at=start, ends_at=start + timedelta(hours=2))) == f"{words}, 10:30am to 12:30pm"


@time_machine.travel("2026-03-02 09:30", tick=False)
def test_a_slot_reads_as_in_the_style_guide():
    slot = SimpleNamespace(
        starts_at=datetime(2026, 3, 3, 10, 20, tzinfo=UTC), ends_at=datetime(2026, 3, 3, 10, 40, tzinfo=UTC)
    )
    assert span(slot) == "10:20am to 10:40am"
    assert when(slot) == "Tuesday 3 March, 10:20am to 10:40am"


@time_machine.travel("2026-12-31 23:30", tick=False)
def test_among_others_the_year_is_named_unless_it_is_this_one():
    def listed(on: date) -> str:
        start = local_moment(on, time(13))
        return when_and_year(SimpleNamespace(starts_at=start, ends_at=start + timedelta(hours=2)))

    assert listed(date(2026, 1, 2)) == "Friday 2 January, 1pm to 3pm"
    assert listed(date(2027, 1, 29)) == "Friday 29 January 2027, 1pm to 3pm"
    with time_machine.travel("2027-01-01 00:30", tick=False):
        assert listed(date(2027, 1, 29)) == "Friday 29 January, 1pm to 3pm"
        assert listed(date(2028, 1, 14)) == "Friday 14 January 2028, 1pm to 3pm"


@time_machine.travel("2026-03-02 09:30", tick=False)
@pytest.mark.parametrize("elsewhere", ["UTC", "Pacific/Kiritimati"])
def test_a_template_shows_london_time_whatever_zone_is_active(elsewhere):
    shown = Template("{% load times %}{{ slot|when }} / {{ slot.starts_at|clock }} / {{ slot.starts_at|day }}")
    slot = SimpleNamespace(starts_at=at(9, 20, month=7), ends_at=at(9, 40, month=7))
    with timezone.override(elsewhere):
        assert shown.render(Context({"slot": slot})) == ("Monday 6 July, 10:20am to 10:40am / 10:20am / Monday 6 July")


@pytest.mark.parametrize(
    ("weeks", "words"),
    [(1, "Every Tuesday"), (2, "Every second Tuesday"), (3, "Tuesdays, every 3 weeks")],
)
def test_a_series_says_on_which_days_it_is(weeks, words):
    assert rhythm(SimpleNamespace(starts_on=date(2026, 3, 3), every_weeks=weeks, nth_in_month=None)) == words


@pytest.mark.parametrize(("nth", "words"), [(1, "first"), (4, "fourth"), (-1, "last")])
def test_the_rhythm_of_a_series_by_the_month(nth, words):
    series = SimpleNamespace(starts_on=date(2026, 3, 3), every_weeks=1, nth_in_month=nth)
    assert rhythm(series) == f"Every {words} Tuesday of the month"
