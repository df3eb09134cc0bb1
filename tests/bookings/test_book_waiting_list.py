"""Joining the waiting list with the booking form: of a full surgery, or for a time that is full."""

import pytest

from bookings.models import Booking
from tests.bookings.pages import filled_in, page_of, slots_on, title_of, words_of
from tests.factories import BookingFactory, SurgeryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def full():
    """Two slots of one seat each, both taken, and two people in line."""
    surgery = SurgeryFactory.create(slots=2, seats=1)
    BookingFactory.create_batch(2, surgery=surgery)
    BookingFactory.create_batch(2, surgery=surgery, waiting=True)
    return surgery


def ada() -> Booking:
    return Booking.objects.get(name="Ada Lovelace")


def test_a_full_surgery_leads_with_the_place_in_line_and_shows_nothing_that_cannot_be_chosen(client, full):
    page = client.get(page_of(full))
    assert title_of(page).startswith("Join the waiting list")
    said = (
        "Every seat is taken. You would be third in line. A seat that comes free goes to the first in line until 8am on"
    )
    assert said in words_of(page)
    assert slots_on(page) == {}
    assert '<input type="hidden" name="slot" value="wait">' in page.content.decode()
    assert 'name="suits"' in page.content.decode()


def test_whoever_chose_a_time_that_is_full_by_now_says_so_before_joining_the_waiting_list(client, full):
    page = client.post(page_of(full), filled_in(full.slots.first(), name=""))
    assert slots_on(page)["wait"][1] == "free"
    assert 'type="hidden" name="slot"' not in page.content.decode()


def test_joining_shows_the_place_in_line(client, full):
    page = client.post(page_of(full), filled_in(None), follow=True)
    assert page.status_code == 200
    assert "You are third in line" in words_of(page)
    assert (ada().state, list(ada().suits.all())) == (Booking.State.WAITING, [])


def test_whoever_waits_may_say_which_times_suit(client, full):
    late = full.slots.last()
    client.post(page_of(full), filled_in(None, suits=late.pk))
    assert list(ada().suits.all()) == [late]


def test_while_there_are_free_seats_one_can_wait_for_a_time_that_is_full(client):
    surgery = SurgeryFactory.create(slots=3, seats=1)
    early, middle, late = surgery.slots.all()
    BookingFactory.create(surgery=surgery, slot=early)
    BookingFactory.create(surgery=surgery, slot=late)
    page = client.get(page_of(surgery)).content.decode()
    assert "Wait for a time that is full" in page
    shown = [f'name="suits" type="checkbox" value="{slot.pk}"' in page for slot in (early, middle, late)]
    assert shown == [True, False, True]


def test_the_only_time_that_is_full_is_named(client):
    surgery = SurgeryFactory.create(slots=2, seats=1)
    BookingFactory.create(surgery=surgery, slot=surgery.slots.first())
    assert "Wait for 10am to 10:20am, which is full" in words_of(client.get(page_of(surgery)))


def test_waiting_for_a_full_time_without_choosing_means_any_that_is_full_not_a_free_one(client):
    surgery = SurgeryFactory.create(slots=3, seats=1)
    early, _, late = surgery.slots.all()
    BookingFactory.create(surgery=surgery, slot=early)
    BookingFactory.create(surgery=surgery, slot=late)
    page = client.get(page_of(surgery)).content.decode()
    among = f"{early.pk} {late.pk}"
    assert f'name="among" value="{among}"' in page
    assert "If you tick none, any of these will do." in page
    client.post(page_of(surgery), filled_in(None, among=among))
    assert ada().is_waiting
    assert set(ada().suits.all()) == {early, late}


def test_whoever_takes_a_free_seat_waits_for_nothing(client):
    surgery = SurgeryFactory.create(slots=2, seats=1)
    early, late = surgery.slots.all()
    BookingFactory.create(surgery=surgery, slot=early)
    client.post(page_of(surgery), filled_in(late, suits=early.pk, among=early.pk))
    assert (ada().slot, list(ada().suits.all())) == (late, [])


def test_a_seat_that_came_free_meanwhile_is_theirs_at_once(client, full):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    page = client.post(page_of(surgery), filled_in(None), follow=True)
    assert "You have a seat" in words_of(page)


@pytest.mark.parametrize("suits", ["x", "0", "999999999999999999999", ""])
def test_times_of_no_surgery_are_refused(client, full, suits):
    response = client.post(page_of(full), filled_in(None, suits=suits))
    assert response.status_code == 200
    assert "Choose from what is shown here" in words_of(response)
