"""When people can say that they are here: from an hour before the start to the end, where a surgery takes place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Visit
from surgeries.models import Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_arriving import HOUR, door, is_in, say
from tests.factories import DepartmentFactory, SurgeryFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery(db) -> Surgery:
    """Begun a quarter of an hour ago."""
    DepartmentFactory.create()
    return SurgeryFactory.create(starts_at=timezone.now() - HOUR / 4)


def test_before_the_doors_open_the_page_says_when_and_how_to_get_there(client):
    surgery = SurgeryFactory.create()
    for page in ("", "in/"):
        shown = client.get(door(surgery, page))
        assert shown.status_code == 200
        assert f"The doors open at 9am on {surgery.local_start:%A}" in words_of(shown)
        assert surgery.venue.directions in words_of(shown)
        assert surgery.get_absolute_url() in shown.content.decode()
    say(client, surgery, name="Ada Lovelace")
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("starts", "opens"), [(HOUR - timedelta(minutes=1), True), (HOUR + timedelta(minutes=1), False)]
)
def test_the_doors_open_an_hour_before_the_start(client, starts, opens):
    surgery = SurgeryFactory.create(starts_at=timezone.now() + starts)
    assert ("Say that you are here" in words_of(client.get(door(surgery)))) is opens
    assert is_in(say(client, surgery, name="Ada Lovelace"), surgery) is opens


def test_before_the_start_the_page_says_when_it_begins(client):
    surgery = SurgeryFactory.create(starts_at=timezone.now() + HOUR / 2)
    assert "It begins at" in words_of(client.get(door(surgery, "in/")))


@pytest.mark.parametrize(
    ("facts", "status", "says"),
    [
        ({"starts_at": local(-1)}, 200, "This surgery is over"),
        ({"called_off": True}, 410, "This surgery is called off"),
        ({"draft": True}, 404, "We do not know that surgery"),
    ],
)
def test_where_nobody_can_come_the_page_says_why_and_where_else_to_go(client, facts, status, says):
    surgery, other = SurgeryFactory.create(**facts), SurgeryFactory.create()
    for response in (client.get(door(surgery)), client.get(door(surgery, "in/")), say(client, surgery, name="Ada")):
        assert response.status_code == status
        assert says in words_of(response)
        assert other.get_absolute_url() in response.content.decode()
    assert not Visit.objects.exists()


def test_a_surgery_that_nobody_knows_and_one_in_capitals(client, surgery):
    assert client.get("/here/bcdfghj/").status_code == 404
    assert client.get(f"/here/{surgery.reference.upper()}/").status_code == 200


def test_the_doors_close_while_somebody_types(client, surgery, monkeypatch):
    monkeypatch.setattr("bookings.services.attending.doors_open_at", lambda surgery: surgery.ends_at)
    answer = say(client, surgery, name="Ada Lovelace")
    assert (answer.status_code, answer["Location"]) == (303, door(surgery))
    assert not Visit.objects.exists()
