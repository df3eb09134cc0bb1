"""Surgeries that cannot be booked: each page says why, and where to go instead."""

import pytest
import time_machine

from tests.bookings.pages import filled_in, page_of, words_of
from tests.factories import BookingFactory, SurgeryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere():
    """Where to go instead: far enough ahead for every test."""
    return SurgeryFactory.create()


@pytest.fixture(params=["GET", "POST"])
def ask(client, request):
    """Open the form, or send it."""
    if request.param == "GET":
        return lambda surgery: client.get(page_of(surgery))
    return lambda surgery: client.post(page_of(surgery), filled_in(surgery.slots.first()))


def test_one_that_is_called_off_says_why(ask, elsewhere):
    response = ask(SurgeryFactory.create(called_off=True))
    assert response.status_code == 410
    assert "The café is being painted." in words_of(response)
    assert elsewhere.get_absolute_url() in response.content.decode()


def test_one_that_is_over_leads_to_the_next(ask, surgery):
    with time_machine.travel(surgery.ends_at):
        following = SurgeryFactory.create()
        response = ask(surgery)
    assert response.status_code == 410
    assert "This surgery is over" in words_of(response)
    assert following.get_absolute_url() in response.content.decode()


def test_a_draft_is_as_unknown_as_any_other_reference(ask, client):
    draft = ask(SurgeryFactory.create(draft=True))
    assert draft.status_code == 404
    assert words_of(draft) == words_of(client.get("/surgeries/nothing/book/"))


def test_one_without_slots_says_that_people_may_drop_in(client, elsewhere):
    surgery = SurgeryFactory.create(slots=0)
    response = client.get(page_of(surgery))
    assert response.status_code == 200
    assert "There are no seats to book" in words_of(response)
    assert "You can drop in" in words_of(response)
    assert elsewhere.get_absolute_url() in response.content.decode()


def test_one_that_is_full_past_the_cut_off_says_when_to_look_again(client, surgery):
    BookingFactory.create_batch(6, surgery=surgery)
    with time_machine.travel(surgery.cutoff_at):
        response = client.get(page_of(surgery))
    assert response.status_code == 200
    assert "look again shortly before 10am" in words_of(response)


def test_free_seats_can_be_booked_past_the_cut_off(client, surgery):
    with time_machine.travel(surgery.cutoff_at):
        assert client.post(page_of(surgery), filled_in(surgery.slots.first())).status_code == 303


def test_the_reference_may_be_typed_in_capitals(client, surgery):
    assert client.get(page_of(surgery).replace(surgery.reference, surgery.reference.upper())).status_code == 200
