"""A series makes its surgeries: in local time, without bank holidays, and never twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.models import Office
from surgeries.models import Series, Surgery, local_moment
from surgeries.services import Skipped, SlotDoesNotFit, extend_series
from tests.factories import SeriesFactory, VenueFactory

LONDON = ZoneInfo("Europe/London")
NEW_YEAR = datetime(2025, 1, 1, 12, tzinfo=UTC)

YEARS = range(2025, 2045)


def last_sunday(year: int, month: int) -> date:
    """When the clocks change, in March and in October (The Summer Time Order 2002)."""
    last = date(year, month, 31)
    return last - timedelta(days=last.isoweekday() % 7)


CLOCK_CHANGES = [last_sunday(year, month) for year in YEARS for month in (3, 10)]


def local_times(surgeries) -> set[time]:
    return {timezone.localtime(surgery.starts_at).time() for surgery in surgeries}


def extend(series: Series, until: date, now: datetime = NEW_YEAR):
    return extend_series(series=series, until=until, now=now)


def test_the_clock_really_changes_on_each_of_those_forty_sundays():
    assert len(CLOCK_CHANGES) == 40
    for sunday in CLOCK_CHANGES:
        noon, eve = (datetime.combine(day, time(12), LONDON) for day in (sunday, sunday - timedelta(days=1)))
        assert noon.utcoffset() != eve.utcoffset()


@pytest.mark.django_db
@pytest.mark.parametrize("sunday", CLOCK_CHANGES, ids=str)
def test_ten_oclock_stays_ten_oclock_over_every_weekend_when_the_clocks_change(sunday):
    now = datetime.combine(sunday - timedelta(days=9), time(), tzinfo=UTC)
    for day in (sunday - timedelta(days=8), sunday - timedelta(days=7), sunday - timedelta(days=6)):
        series = SeriesFactory(starts_on=day, every_weeks=1)
        made = extend(series, sunday + timedelta(days=13), now).made
        assert made
        assert local_times(made) == {time(10)}
        assert {timezone.localtime(surgery.ends_at).time() for surgery in made} == {time(12)}
        assert {surgery.slots.count() for surgery in made} == {6}


@pytest.mark.parametrize("sunday", CLOCK_CHANGES, ids=str)
def test_stepping_in_utc_would_drift_which_is_what_the_test_above_would_notice(sunday):
    before = local_moment(sunday - timedelta(days=5), time(10))
    assert (before + timedelta(weeks=1)).astimezone(LONDON).time() != time(10)


@pytest.mark.django_db
def test_a_surgery_on_the_night_of_the_change_keeps_the_times_on_the_clock():
    series = SeriesFactory(starts_on=date(2026, 3, 29), every_weeks=1, start_time=time(0, 30), end_time=time(4))
    (surgery,) = extend(series, date(2026, 3, 29)).made
    assert timezone.localtime(surgery.starts_at).time() == time(0, 30)
    assert timezone.localtime(surgery.ends_at).time() == time(4)
    assert surgery.slots.count() == 7  # two and a half hours by the watch: an hour is skipped


@pytest.mark.django_db
def test_every_second_week_is_every_second_week():
    series = SeriesFactory(starts_on=date(2026, 1, 6), every_weeks=2)
    made = extend(series, date(2026, 2, 17)).made
    assert [timezone.localdate(each.starts_at) for each in made] == [
        date(2026, 1, 6), date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 17),
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_made_is_a_draft_with_the_facts_of_the_series():
    series = SeriesFactory(starts_on=date(2026, 1, 6), slot_minutes=30, seats_per_slot=4, is_drop_in=False)
    (surgery,) = extend(series, date(2026, 1, 6)).made
    assert (surgery.state, surgery.venue, surgery.is_drop_in) == (Surgery.State.DRAFT, series.venue, False)
    assert (surgery.slots.count(), surgery.seats.count()) == (4, 16)


@pytest.mark.django_db
def test_extending_again_changes_nothing_and_reports_nothing():
    series = SeriesFactory(starts_on=date(2026, 1, 6), every_weeks=1)
    extend(series, date(2026, 3, 3))
    before = list(Surgery.objects.values_list("pk", "changed_at"))
    again = extend(series, date(2026, 3, 3))
    assert (again.made, again.skipped) == ([], [])
    assert list(Surgery.objects.values_list("pk", "changed_at")) == before


@pytest.mark.django_db
def test_extending_further_adds_only_what_is_missing():
    series = SeriesFactory(starts_on=date(2026, 1, 6), every_weeks=1)
    extend(series, date(2026, 1, 13))
    assert len(extend(series, date(2026, 1, 27)).made) == 2
    assert series.surgeries.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("moved", [timedelta(hours=1), timedelta(days=2), timedelta(days=-1)])
def test_a_surgery_moved_within_its_week_is_not_made_a_second_time(moved):
    series = SeriesFactory(starts_on=date(2026, 1, 6), every_weeks=1)
    (surgery,) = extend(series, date(2026, 1, 6)).made
    surgery.starts_at += moved
    surgery.ends_at += moved
    surgery.save()
    assert extend(series, date(2026, 1, 6)).made == []


@pytest.mark.django_db
def test_nothing_is_made_for_today_or_for_days_gone_by():
    series = SeriesFactory(starts_on=date(2026, 1, 6), every_weeks=1)
    made = extend(series, date(2026, 1, 27), now=datetime(2026, 1, 13, 8, tzinfo=UTC)).made
    assert [timezone.localdate(each.starts_at).day for each in made] == [20, 27]


@pytest.mark.django_db
def test_a_series_stops_at_its_last_date():
    series = SeriesFactory(starts_on=date(2026, 1, 6), ends_on=date(2026, 1, 13), every_weeks=1)
    assert len(extend(series, date(2026, 3, 1)).made) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nation", "day", "name"),
    [
        (Office.Nation.ENGLAND, date(2026, 4, 6), "Easter Monday"),
        (Office.Nation.WALES, date(2026, 4, 6), "Easter Monday"),
        (Office.Nation.SCOTLAND, date(2026, 4, 6), None),
        (Office.Nation.SCOTLAND, date(2026, 11, 30), "Saint Andrew’s Day"),
        (Office.Nation.ENGLAND, date(2026, 11, 30), None),
        (Office.Nation.NORTHERN_IRELAND, date(2026, 7, 13), "Battle of the Boyne (observed)"),
        (Office.Nation.WALES, date(2026, 7, 13), None),
    ],
)
def test_bank_holidays_of_the_offices_nation_are_left_out_and_reported(nation, day, name):
    series = SeriesFactory(starts_on=day, every_weeks=1, venue=VenueFactory(office__nation=nation))
    extension = extend(series, day)
    assert extension.skipped == ([Skipped(day, name)] if name else [])
    assert len(extension.made) == (0 if name else 1)


@pytest.mark.django_db
def test_a_series_whose_slots_are_too_long_makes_nothing():
    series = SeriesFactory(starts_on=date(2026, 1, 6), slot_minutes=150)
    with pytest.raises(SlotDoesNotFit):
        extend(series, date(2026, 3, 1))
    assert not Surgery.objects.exists()


@pytest.mark.django_db
def test_the_series_is_locked_so_that_two_people_cannot_both_add():
    series = SeriesFactory()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        extend_series(series=series, until=series.starts_on)
    assert any("surgeries_series" in query["sql"] and "FOR UPDATE" in query["sql"] for query in queries)


@pytest.mark.django_db
def test_a_series_that_was_there_before_it_had_a_reference_gets_one_of_its_own():
    SeriesFactory.create()
    known = ", ".join(each.column for each in Series._meta.fields if each.name not in {"id", "reference"})
    with connection.cursor() as cursor:
        for _ in range(2):  # as a process of the version before does
            cursor.execute(f"INSERT INTO surgeries_series ({known}) SELECT {known} FROM surgeries_series LIMIT 1")
    references = set(Series.objects.values_list("reference", flat=True))
    assert len(references) == 3
    assert {len(reference) for reference in references} == {7}
