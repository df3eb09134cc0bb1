"""What posters and table cards say, and where organisers find them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from organisation.kept import forget
from surgeries.models import Series
from surgeries.models.moments import local_moment
from tests.factories import DepartmentFactory, SeriesFactory, SurgeryFactory, UserFactory, VenueFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


def words(client, thing, what="poster") -> str:
    kind = "series" if isinstance(thing, Series) else "surgeries"
    return client.get(f"/organise/{kind}/{thing.reference}/{what}/").content.decode()


@pytest.mark.parametrize("make", [SurgeryFactory.create, SeriesFactory.create])
def test_nobody_is_told_to_come_without_a_booking_where_they_need_one(client, make):
    free, booked = make(is_drop_in=True), make(is_drop_in=False)
    for what in ("poster", "cards"):
        assert "No appointment needed." in words(client, free, what)
        assert "No appointment needed." not in words(client, booked, what)
    assert "Book a seat at 127.0.0.1." in words(client, booked)


def test_the_poster_of_a_series_says_when_it_always_is(client):
    page = words(client, SeriesFactory.create(starts_on=date(2026, 3, 3), every_weeks=2))
    assert "Every second Tuesday" in page
    assert "10am to midday" in page


@time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False)
def test_the_poster_of_a_series_names_the_next_four_days_on_which_it_is_as_usual(client):
    series = SeriesFactory.create(starts_on=date(2026, 11, 24), every_weeks=2)

    def held(day: date, at: time = time(10), **facts) -> None:
        starts_at = local_moment(day, at)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        SurgeryFactory.create(**{"series": series, "venue": series.venue} | times | facts)

    held(date(2026, 11, 24))
    assert "Next on" not in words(client, series)
    held(date(2026, 12, 8))
    assert "Next on 8\N{NO-BREAK SPACE}December<" in words(client, series)
    held(date(2026, 12, 1), draft=True)
    held(date(2026, 12, 2), called_off=True)
    held(date(2026, 12, 15), at=time(14))
    held(date(2026, 12, 16), venue=VenueFactory.create())
    held(date(2026, 12, 17), series=None)
    for day in (date(2026, 12, 23), date(2027, 1, 5), date(2027, 1, 19), date(2027, 2, 2)):
        held(day)
    page = words(client, series).replace("\N{NO-BREAK SPACE}", " ")
    assert "Next on 8 December, Wednesday 23 December, 5 January and 19 January<" in page
    assert "print a new one before the last of them" in page


@time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False)
def test_day_and_month_on_paper_stay_in_one_line_when_a_year_follows(client):
    held = {
        "starts_at": local_moment(date(2027, 12, 8), time(10)),
        "ends_at": local_moment(date(2027, 12, 8), time(12)),
    }
    surgery = SurgeryFactory.create(**held)
    assert "Wednesday 8\N{NO-BREAK SPACE}December 2027<" in words(client, surgery)
    series = SeriesFactory.create(starts_on=date(2027, 12, 1))
    SurgeryFactory.create(series=series, venue=series.venue, **held)
    assert "Next on 8\N{NO-BREAK SPACE}December 2027<" in words(client, series)


def test_organisers_learn_that_the_next_one_is_not_as_the_paper_of_the_series_says(client):
    series = SeriesFactory.create()
    day = timezone.localdate() + timedelta(days=8)
    usual = {"series": series, "venue": series.venue}
    times = {"starts_at": local_moment(day, series.start_time), "ends_at": local_moment(day, series.end_time)}
    for others in ({"venue": VenueFactory.create()}, {"ends_at": local_moment(day, time(14))}, {}):
        surgery = SurgeryFactory.create(**usual | times | others)
        for what in ("poster", "cards"):
            page = words(client, series, what)
            assert ("The next one is not as it says here" in page) is bool(others)
            assert (f'href="/organise/surgeries/{surgery.reference}/"' in page) is bool(others)
        surgery.delete()


def test_organisers_learn_that_a_series_has_nothing_ahead(client):
    series = SeriesFactory.create()
    SurgeryFactory.create(series=series, venue=series.venue, called_off=True)
    for what in ("poster", "cards"):
        assert "would come in vain" in words(client, series, what)
    SurgeryFactory.create(series=series, venue=series.venue, starts_at=local(14))
    assert "would come in vain" not in words(client, series)


def test_of_a_surgery_that_is_called_off_there_is_nothing_to_print(client):
    for what in ("poster", "cards"):
        page = words(client, SurgeryFactory.create(called_off=True), what)
        assert "is called off" in page
        assert "Scan to" not in page


@pytest.mark.parametrize("make", [SurgeryFactory.create, SeriesFactory.create])
def test_the_administration_leads_to_both(client, make):
    thing = make()
    page = client.get(reverse(f"admin:surgeries_{thing._meta.model_name}_change", args=[thing.pk])).content.decode()
    kind = "series" if isinstance(thing, Series) else "surgeries"
    for what in ("poster", "cards"):
        address = f"/organise/{kind}/{thing.reference}/{what}/"
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("make", [SurgeryFactory.create, SeriesFactory.create])
def test_both_are_in_the_name_of_the_department_once_it_has_one(client, make):
    thing = make()
    for what in ("poster", "cards"):
        assert "Your department" not in words(client, thing, what).partition('class="app-paper')[2]
    DepartmentFactory.create(name="Department for Coasts and Rivers")
    forget()
    for what in ("poster", "cards"):
        assert "Department for Coasts and Rivers" in words(client, thing, what).partition('class="app-paper')[2]


@pytest.mark.parametrize(
    ("query", "paper"), [("", "A4"), ("?paper=a3", "A3"), ("?paper=A3+", "A3"), ("?paper=%00", "A4"), ("?paper=", "A4")]
)
def test_a_poster_is_of_a4_unless_a3_is_asked_for(client, query, paper):
    page = client.get(f"/organise/surgeries/{SurgeryFactory.create().reference}/poster/{query}").content.decode()
    assert f"one sheet of {paper}" in page
    assert ("app-paper--a3" in page) is (paper == "A3")


def test_no_series_has_a_poster_before_it_is_saved(client):
    assert "once it is saved" in client.get(reverse("admin:surgeries_series_add")).content.decode()


def test_a_page_takes_few_statements(client, django_assert_max_num_queries):
    surgery = SurgeryFactory.create()
    with django_assert_max_num_queries(8):
        words(client, surgery)
