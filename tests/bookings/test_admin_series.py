"""Series and venues in the administration pages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Surgery
from tests.admin_forms import act, complaints, said, send
from tests.factories import SeriesFactory, SurgeryFactory, UserFactory, VenueFactory

pytestmark = pytest.mark.django_db
EASTER = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


def test_surgeries_are_added_as_drafts_and_bank_holidays_named(client):
    with time_machine.travel(EASTER, tick=False):
        client.force_login(UserFactory(administrator=True))
        series = SeriesFactory(starts_on=EASTER.date() + timedelta(weeks=1), every_weeks=1)
        words = said(act(client, "surgeries_series", "add_surgeries", [series]))
        assert "8 added as drafts." in words
        assert "Left out: Monday 6 April 2026 (Easter Monday), Monday 4 May 2026 (May Day)." in words
        assert set(series.surgeries.values_list("state", flat=True)) == {Surgery.State.DRAFT}
        assert "0 added as drafts." in said(act(client, "surgeries_series", "add_surgeries", [series]))
        history = LogEntry.objects.filter(content_type__model="series", object_id=series.pk)
        assert [entry.change_message for entry in history] == ["Surgeries added as drafts: 8."]


def test_its_drafts_are_published_together(client):
    series = SeriesFactory()
    act(client, "surgeries_series", "add_surgeries", [series])
    other = SurgeryFactory(draft=True)
    number = series.surgeries.count()
    assert f"{number} published." in said(act(client, "surgeries_series", "publish_drafts", [series]))
    assert set(series.surgeries.values_list("state", flat=True)) == {Surgery.State.PUBLISHED}
    other.refresh_from_db()
    assert other.state == Surgery.State.DRAFT


def test_a_series_that_cannot_make_surgeries_says_why(client):
    series = SeriesFactory(slot_minutes=600)
    words = said(act(client, "surgeries_series", "add_surgeries", [series]))
    assert "nothing was added. A slot of 600 minutes is longer than the surgery." in words
    series = SeriesFactory(seats_per_slot=30_000)
    assert "between 1 and 200 seats" in said(act(client, "surgeries_series", "add_surgeries", [series]))
    assert not Surgery.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slot_minutes": 121}, "longer than the surgery"),
        ({"slot_minutes": 1}, "greater than or equal to 5"),
        ({"slot_minutes": 0}, "greater than or equal to 5"),
        ({"seats_per_slot": 201}, "less than or equal to 200"),
        ({"every_weeks": 13}, "less than or equal to 12"),
        ({"end_time": "09:00"}, "end has to come after the start"),
        ({"ends_on": "2020-01-01"}, "end has to come after the start"),
        ({"starts_on": "yesterday"}, "valid date"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(client, changes, words):
    assert words in complaints(send(client, "surgeries_series_change", SeriesFactory().pk, **changes))


def test_a_series_with_surgeries_stays_and_one_without_goes(client):
    kept, gone = SurgeryFactory(series=SeriesFactory()).series, SeriesFactory()
    for series in (kept, gone):
        address = reverse("admin:surgeries_series_delete", args=[series.pk])
        response = client.post(address, {"post": "yes"}, follow=True)
    assert "deleted" in said(response)
    assert list(type(kept).objects.all()) == [kept]


def test_the_list_of_series_counts_what_is_ahead_in_few_queries(client, django_assert_max_num_queries):
    for _ in range(5):
        SurgeryFactory(series=SeriesFactory())
    with django_assert_max_num_queries(12):
        page = client.get(reverse("admin:surgeries_series_changelist")).content.decode()
    assert "Every second " in page


def test_a_venue_with_surgeries_does_not_move_to_another_office(client):
    surgery = SurgeryFactory()
    other = VenueFactory()
    send(client, "surgeries_venue_change", surgery.venue.pk, name="New name", office=other.office.pk)
    surgery.venue.refresh_from_db()
    assert surgery.venue.name == "New name"
    assert surgery.venue.office != other.office
    send(client, "surgeries_venue_change", other.pk, office=surgery.venue.office.pk)
    other.refresh_from_db()
    assert other.office == surgery.venue.office


def test_today_is_left_out_because_it_may_be_over(client):
    series = SeriesFactory(starts_on=timezone.localdate(), every_weeks=12)
    act(client, "surgeries_series", "add_surgeries", [series])
    assert not series.surgeries.exists()
