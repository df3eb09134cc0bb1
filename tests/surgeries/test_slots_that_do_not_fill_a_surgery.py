"""Slots that end before their surgery does are said so, when a surgery or a series is saved."""

from datetime import time

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from tests.admin_forms import complaints, send
from tests.factories import SeriesFactory, UserFactory, VenueFactory, local

pytestmark = pytest.mark.django_db
WORDS = "go until 11:30am. Nobody can book the time from then until midday."


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


def told(response) -> str:
    assert complaints(response) == ""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize(("minutes", "is_told"), [(45, True), (40, False), (120, False)])
def test_a_new_surgery(client, minutes: int, is_told: bool):
    day = timezone.localdate(local(days=7))
    facts = {"venue": VenueFactory().pk, "on": day, "begins": "10:00", "ends": "12:00", "slot_minutes": minutes}
    assert (WORDS in told(send(client, "surgeries_surgery_add", **facts))) == is_told


@pytest.mark.parametrize(("minutes", "is_told"), [(45, True), (40, False), (120, False)])
def test_a_series(client, minutes: int, is_told: bool):
    series = SeriesFactory(start_time=time(10), end_time=time(12))
    assert (WORDS in told(send(client, "surgeries_series_change", series.pk, slot_minutes=minutes))) == is_told
