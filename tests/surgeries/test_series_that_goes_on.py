"""A series without a last date always has drafts some weeks ahead, made by the clock; and patterns by the month."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from notifications.registry import duties
from surgeries.duties import extend_what_goes_on
from surgeries.models import Series, Surgery
from surgeries.planning import clock_change
from surgeries.services import WEEKS_AHEAD, extend_series
from tests.factories import SeriesFactory, VenueFactory
from tests.surgeries.test_series import CLOCK_CHANGES, YEARS, last_sunday

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 11, 9, 30, tzinfo=UTC)
TUESDAY = date(2027, 3, 16)


def days(series: Series) -> list[date]:
    return [timezone.localdate(each.starts_at) for each in series.surgeries.order_by("starts_at")]


def test_the_clock_makes_drafts_ahead_and_running_again_changes_nothing():
    series = SeriesFactory.create(starts_on=TUESDAY, every_weeks=1)
    extend_what_goes_on(NOW)
    extend_what_goes_on(NOW)
    assert days(series) == [TUESDAY + timedelta(weeks=n) for n in range(WEEKS_AHEAD)]
    assert set(series.surgeries.values_list("state", flat=True)) == {Surgery.State.DRAFT}
    extend_what_goes_on(NOW + timedelta(weeks=2))
    assert len(days(series)) == WEEKS_AHEAD + 2
    assert "surgeries.duties.extend_what_goes_on" in duties


def test_what_was_deleted_or_left_out_is_not_made_again():
    series = SeriesFactory.create(starts_on=TUESDAY, every_weeks=1)
    extend_what_goes_on(NOW)
    series.surgeries.first().delete()
    extend_what_goes_on(NOW + timedelta(days=1))
    assert TUESDAY not in days(series)
    Series.objects.update(planned_until=None)  # if nobody had written down what was decided on
    extend_what_goes_on(NOW + timedelta(days=1))
    assert TUESDAY in days(series)


@pytest.mark.parametrize(
    "facts", [{"ends_on": date(2027, 12, 31)}, {"venue__is_retired": True}, {"venue__office__is_retired": True}]
)
def test_a_series_with_a_last_date_or_without_a_venue_is_left_alone(facts):
    series = SeriesFactory.create(starts_on=TUESDAY, **facts)
    extend_what_goes_on(NOW)
    assert days(series) == []


@pytest.mark.parametrize("retired", [{}, {"venue__is_retired": True}, {"venue__office__is_retired": True}], ids=str)
@pytest.mark.parametrize("planned_until", [None, TUESDAY])
@pytest.mark.parametrize("ends_on", [None, TUESDAY, TUESDAY + timedelta(weeks=30)])
def test_one_and_many_say_alike_whether_they_go_on(ends_on, planned_until, retired):
    series = SeriesFactory.create(starts_on=TUESDAY, ends_on=ends_on, planned_until=planned_until, **retired)
    assert series.goes_on is Series.objects.going_on().exists()
    assert series.goes_on is (not retired and (not ends_on or (bool(planned_until) and ends_on > TUESDAY)))


def test_one_that_cannot_make_surgeries_keeps_no_other_from_it():
    SeriesFactory.create(starts_on=TUESDAY, slot_minutes=600)
    other = SeriesFactory.create(starts_on=TUESDAY, every_weeks=10)
    extend_what_goes_on(NOW)
    assert days(other) == [TUESDAY]


# ── By the month ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("nth", Series.Nth.values)
def test_on_one_day_of_every_month_ten_oclock_stays_ten_oclock_for_twenty_years(nth):
    sunday = last_sunday(2025, 3)
    series = SeriesFactory.create(
        starts_on=sunday - timedelta(days=28), every_weeks=1, nth_in_month=nth, venue=VenueFactory.create()
    )
    until = date(max(YEARS), 12, 31)
    made = extend_series(series=series, until=until, now=datetime(2025, 1, 1, tzinfo=UTC)).made
    found = days(series)
    assert all(day.isoweekday() == 7 for day in found)
    assert {timezone.localtime(each.starts_at).time() for each in made} == {time(10)}
    assert {timezone.localtime(each.ends_at).time() for each in made} == {time(12)}
    by_month = {(day.year, day.month) for day in found}
    assert len(by_month) == len(found)
    if nth == Series.Nth.LAST:
        assert set(CLOCK_CHANGES) <= set(found) | {day for day in CLOCK_CHANGES if day < series.starts_on}
    else:
        assert {(day.day - 1) // 7 + 1 for day in found} == {nth}


def test_a_surgery_moved_within_its_month_is_not_made_a_second_time():
    series = SeriesFactory.create(starts_on=TUESDAY, every_weeks=1, nth_in_month=3)
    (surgery,) = extend_series(series=series, until=date(2027, 3, 31), now=NOW).made
    surgery.starts_at += timedelta(days=8)
    surgery.ends_at += timedelta(days=8)
    surgery.save()
    Series.objects.update(planned_until=None)
    assert extend_series(series=series, until=date(2027, 3, 31), now=NOW).made == []


@pytest.mark.parametrize("facts", [{"nth_in_month": 5}, {"nth_in_month": 0}, {"nth_in_month": 1, "every_weeks": 2}])
def test_the_database_knows_no_other_patterns(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        SeriesFactory.create(**{"every_weeks": 1} | facts)


@pytest.mark.parametrize("sunday", CLOCK_CHANGES, ids=str)
def test_days_around_a_change_of_the_clocks_are_named_and_no_others(sunday):
    way = "forward" if sunday.month == 3 else "back"
    for days_away in range(-6, 7):
        assert f"They go {way} on Sunday {sunday.day}" in clock_change(sunday + timedelta(days=days_away))
    assert clock_change(sunday - timedelta(days=7)) == clock_change(sunday + timedelta(days=8)) == ""
