"""Two series at one venue: each is seen coming by who plans the other, and the clock gives one venue to one surgery."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.utils import timezone

from surgeries.duties import extend_what_goes_on
from surgeries.models import Series, Surgery, Venue
from surgeries.planning import Kind, plan
from surgeries.services import Skipped, extend_series
from tests.bookings.dates import dates_page, form_on
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import SeriesFactory, SurgeryFactory, UserFactory, VenueFactory, local

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 11, 9, 30, tzinfo=UTC)
WEEK = timedelta(weeks=1)
# The fourth Thursdays of a summer; the clock has come as far as 20 May.
MADE, UNMADE = [date(2027, 3, 25), date(2027, 4, 22)], [date(2027, 5, 27), date(2027, 6, 24), date(2027, 7, 22)]


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def venue():
    return VenueFactory.create(name="Ground floor café", office__name="Leeds", office__nation="SCT")


@pytest.fixture
def open_table(venue):
    return SeriesFactory.create(name="Open table", venue=venue, **fourth_thursday())


def fourth_thursday(**facts):
    return {
        "starts_on": MADE[0], "every_weeks": 1, "nth_in_month": 4, "start_time": time(13), "end_time": time(15),
    } | facts  # fmt: skip


def clashes(venue: Venue, days: list[date], **facts) -> dict[date, str]:
    """What the plan of another series says of the venue on these days."""
    other = SeriesFactory.build(venue=venue, starts_on=days[0], start_time=time(14), end_time=time(16), **facts)
    found = plan(other, days, now=NOW)
    words = {each.day: [remark.words for remark in each.remarks if remark.kind == Kind.CLASH] for each in found}
    assert all(each.speaks_against for each in found if words[each.day])
    return {day: "; ".join(said) for day, said in words.items() if said}


# ── Before anything is made ───────────────────────────────────────────────────────────────────────────────────


def test_the_dates_of_a_series_that_goes_on_are_seen_before_it_has_made_them(venue, open_table):
    extend_what_goes_on(NOW)
    assert [timezone.localdate(each.starts_at) for each in Surgery.objects.all()] == MADE
    days = [MADE[0] + n * WEEK for n in range(18)]
    made = dict.fromkeys(MADE, "Open table is there 1pm to 3pm, a draft")
    assert clashes(venue, days) == made | dict.fromkeys(UNMADE, "Open table will be there 1pm to 3pm")


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        ({"ends_on": UNMADE[1]}, UNMADE[:2]),  # until it ends
        ({"ends_on": date(2027, 5, 20)}, []),
        ({"start_time": time(12), "end_time": time(14)}, []),  # over when the other begins
        ({"planned_until": UNMADE[1]}, UNMADE[2:]),  # that somebody left out or deleted stays out
    ],
)
def test_only_what_the_clock_is_going_to_make_is_foreseen(venue, facts, seen):
    SeriesFactory.create(name="Open table", **fourth_thursday(**{"venue": venue, "planned_until": MADE[1]} | facts))
    assert list(clashes(venue, UNMADE)) == seen


def test_a_bank_holiday_another_week_another_venue_and_the_series_itself_are_in_nobodys_way(venue, open_table):
    venue.office.nation = "ENG"
    venue.office.save()
    Series.objects.update(starts_on=date(2027, 8, 30), nth_in_month=None, every_weeks=52)
    assert clashes(venue, [date(2027, 8, 30)]) == {}  # the summer bank holiday
    Series.objects.update(starts_on=UNMADE[0], nth_in_month=4, every_weeks=1)
    moved = local(77, 9)  # 27 May, earlier than usual: the surgery of that month
    SurgeryFactory.create(series=open_table, venue=venue, starts_at=moved)
    assert list(clashes(venue, UNMADE)) == UNMADE[1:]
    assert clashes(VenueFactory.create(office=venue.office), UNMADE) == {}
    open_table.refresh_from_db()
    assert [each.remarks for each in plan(open_table, UNMADE[1:], now=NOW)] == [(), ()]


def test_the_page_of_dates_leaves_them_unticked_in_as_many_statements_as_ever(client, venue, open_table):
    client.force_login(UserFactory.create(organiser=True))
    said = {
        "starts_on": "2027-03-18", "begins": "2pm", "ends": "4pm", "ends_on": "2027-07-30", "often": "w1",
    }  # fmt: skip
    alone = statements(lambda: dates_page(client, VenueFactory.create(), **said))
    extend_what_goes_on(NOW)
    page = dates_page(client, venue, **said)
    assert "Thursday 27 May 2027 Venue taken: Open table will be there 1pm to 3pm" in words_of(page)
    assert not {day.isoformat() for day in MADE + UNMADE} & set(form_on(page)["days"])
    for hour in range(8, 18):
        SeriesFactory.create(venue=venue, **fourth_thursday(start_time=time(hour), end_time=time(hour + 1)))
    assert statements(lambda: dates_page(client, venue, **said)) <= min(alone + 1, 12)


def test_nothing_is_foreseen_where_nothing_is_made_any_more(venue, open_table):
    Venue.objects.update(is_retired=True)
    assert clashes(venue, MADE + UNMADE) == {}


# ── When the clock makes them ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_draft", [True, False])
def test_the_clock_makes_nothing_where_another_surgery_is_by_then(venue, open_table, is_draft):
    SurgeryFactory.create(venue=venue, starts_at=local(42, 14), slots=6, draft=is_draft)  # 22 April, 2pm to 4pm
    extension = extend_series(series=open_table, until=MADE[1], now=NOW)
    assert [timezone.localdate(each.starts_at) for each in extension.made] == MADE[:1]
    assert extension.skipped == [Skipped(MADE[1], "Venue taken: a surgery is there 2pm to 4pm")]
    extend_what_goes_on(NOW)
    assert open_table.surgeries.count() == 1


def test_what_is_called_off_elsewhere_or_over_by_then_is_in_nobodys_way(venue, open_table):
    SurgeryFactory.create(venue=venue, starts_at=local(42, 14), called_off=True)
    SurgeryFactory.create(venue=VenueFactory.create(office=venue.office), starts_at=local(42, 14))
    SurgeryFactory.create(venue=venue, starts_at=local(42, 12))
    SurgeryFactory.create(venue=venue, starts_at=local(42, 15))
    assert len(extend_series(series=open_table, until=MADE[1], now=NOW).made) == 2


def test_a_series_that_was_given_a_last_date_is_extended_until_then(open_table):
    extend_what_goes_on(NOW)
    Series.objects.update(ends_on=UNMADE[1])
    for weeks in (10, 20):
        extend_what_goes_on(NOW + weeks * WEEK)
    assert [timezone.localdate(each.starts_at) for each in Surgery.objects.all()] == MADE + UNMADE[:2]


def test_two_series_that_meet_give_the_venue_to_the_one_that_came_first(venue, open_table):
    other = SeriesFactory.create(
        name="Elevenses", venue=venue, starts_on=date(2027, 3, 18), every_weeks=1, start_time=time(14),
        end_time=time(16),
    )  # fmt: skip
    extend_what_goes_on(NOW)
    extend_what_goes_on(NOW + 10 * WEEK)
    days = {timezone.localdate(each.starts_at) for each in other.surgeries.all()}
    assert not days & set(MADE + UNMADE)
    assert open_table.surgeries.count() == len(MADE + UNMADE)
    times = sorted(Surgery.objects.values_list("starts_at", "ends_at"))
    assert all(before[1] <= after[0] for before, after in pairwise(times))


def test_the_page_of_the_series_says_what_was_left_out_and_why(client, venue, open_table):
    venue.office.nation = "ENG"
    venue.office.save()
    other = SeriesFactory.create(name="Elevenses", venue=venue)
    SurgeryFactory.create(venue=venue, series=other, starts_at=local(43, 14))
    Series.objects.filter(pk=open_table.pk).update(starts_on=date(2027, 3, 26))  # Good Friday
    extend_what_goes_on(NOW)
    client.force_login(UserFactory.create(organiser=True))
    page = f"/organise/series/{open_table.reference}/"
    found = words_of(client.get(page))
    assert "Friday 26 March 2027: Good Friday" in found
    assert "Friday 23 April 2027: Venue taken: Elevenses is there 2pm to 3pm" in found
    Surgery.objects.update(state="called_off", called_off_at=NOW, called_off_reason="Paint.")
    assert "Friday 23 April 2027: left out, or its draft was deleted" in words_of(client.get(page))
    few = statements(lambda: client.get(page))
    for hour in range(8, 18):
        SurgeryFactory.create(venue=venue, starts_at=local(43, hour))
    assert statements(lambda: client.get(page)) == few <= 12
