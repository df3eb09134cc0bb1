"""What changes while somebody types: nothing typed is lost, and the page says what can be had now."""

import re

import pytest
import time_machine

from bookings.models import Booking
from bookings.services.diary import call_off
from surgeries.templatetags.times import day
from tests.bookings.pages import filled_in, page_of, slots_on, title_of, words_of
from tests.factories import BookingFactory, SurgeryFactory, TopicFactory

pytestmark = pytest.mark.django_db


def fill(slot):
    free = slot.seats.filter(booking=None).count()
    BookingFactory.create_batch(free, surgery=slot.surgery, slot=slot)


def test_a_slot_that_fills_keeps_everything_and_offers_the_others_and_the_waiting_list(client, surgery):
    first, second, _ = surgery.slots.all()
    topic = TopicFactory.create()
    sent = filled_in(first, topics=topic.pk, question="Where do I start?")
    fill(first)
    response = client.post(page_of(surgery), sent)
    assert response.status_code == 409
    assert title_of(response).startswith("Error: ")
    assert (
        "Somebody took the 10am seat a moment ago. These times are still free. Everything you typed is kept."
        in words_of(response)
    )
    slots = slots_on(response)
    assert slots[str(first.pk)] == ("Full", "disabled")
    assert slots[str(second.pk)] == ("2 seats left", "free")
    assert "wait" in slots
    page = response.content.decode()
    for kept in ("Ada Lovelace", sent["email"], sent["request_id"]):
        assert f'value="{kept}"' in page
    assert re.search(rf'value="{topic.pk}" checked', page)
    assert "Where do I start?</textarea>" in page
    assert not Booking.objects.filter(name="Ada Lovelace").exists()


def test_the_same_form_with_another_slot_then_books(client, surgery):
    first, second, _ = surgery.slots.all()
    sent = filled_in(first)
    fill(first)
    client.post(page_of(surgery), sent)
    assert client.post(page_of(surgery), sent | {"slot": second.pk}).status_code == 303
    assert Booking.objects.get(name="Ada Lovelace").slot == second


def test_when_the_last_seat_goes_the_waiting_list_is_what_is_left(client):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    slot = surgery.slots.get()
    fill(slot)
    response = client.post(page_of(surgery), filled_in(slot))
    assert "Somebody took the 10am seat a moment ago. You can join the waiting list." in words_of(response)
    assert [state for _, state in slots_on(response).values()] == ["free"]
    assert set(slots_on(response)) == {"wait"}


def test_when_the_last_seat_goes_past_the_cut_off_the_page_says_where_to_go_instead(client):
    surgery, elsewhere = SurgeryFactory.create(slots=1, seats=1), SurgeryFactory.create()
    slot = surgery.slots.get()
    fill(slot)
    with time_machine.travel(surgery.cutoff_at):
        response = client.post(page_of(surgery), filled_in(slot))
    assert response.status_code == 409
    assert "This one is full" in words_of(response)
    assert f"Its waiting list closed at 8am on {day(surgery.starts_at)}." in words_of(response)
    assert elsewhere.get_absolute_url() in response.content.decode()


def test_a_slot_that_begins_while_somebody_types_is_offered_no_more(client, surgery):
    first, second, _ = surgery.slots.all()
    with time_machine.travel(first.starts_at):
        response = client.post(page_of(surgery), filled_in(first))
    assert response.status_code == 409
    assert "The time at 10am has begun. These times are still free." in words_of(response)
    assert set(slots_on(response)) == {str(second.pk), str(surgery.slots.last().pk)}


def test_a_waiting_list_that_closes_while_somebody_types_is_offered_no_more(client, surgery):
    fill(surgery.slots.first())
    with time_machine.travel(surgery.cutoff_at):
        response = client.post(page_of(surgery), filled_in(None))
    assert response.status_code == 409
    assert f"The waiting list closed at 8am on {day(surgery.starts_at)}. These times are still free." in words_of(
        response
    )
    assert "wait" not in slots_on(response)


def test_a_surgery_that_is_called_off_while_somebody_types_says_so(client, surgery):
    sent = filled_in(surgery.slots.first())
    call_off(surgery=surgery, reason="The café is being painted.")
    response = client.post(page_of(surgery), sent)
    assert response.status_code == 410
    assert "The café is being painted." in words_of(response)
