"""The page that books: three things to type or choose, one press."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from bookings.models import Booking
from notifications.models import OutboxEmail
from surgeries.templatetags.times import day
from tests.bookings.pages import ADA, filled_in, page_of, slots_on, title_of, words_of
from tests.factories import BookingFactory, SurgeryFactory, SymptomFactory, TeamFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_three_fields_and_one_press_give_a_seat_and_lead_to_the_private_link(client, surgery):
    slot = surgery.slots.first()
    response = client.post(page_of(surgery), filled_in(slot))
    booking = Booking.objects.get()
    assert response.status_code == 303
    assert (booking.slot, booking.name, booking.attendee.email) == (slot, "Ada Lovelace", ADA)
    assert OutboxEmail.objects.get().kind == "booking_booked"
    for _ in range(2):  # a reload says the same
        page = client.get(response["Location"])
        assert page.status_code == 200
        assert "You have a seat" in words_of(page)
        assert f"We have emailed the details to {ADA} ." in words_of(page)


def test_the_form_is_refused_without_the_token_of_its_page(surgery):
    client = Client(enforce_csrf_checks=True)
    assert client.post(page_of(surgery), filled_in(surgery.slots.first())).status_code == 403
    page = client.get(page_of(surgery)).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    response = client.post(page_of(surgery), filled_in(surgery.slots.first(), **sent))
    assert response.status_code == 303


def test_each_slot_is_shown_with_its_seats_in_words_and_a_full_one_cannot_be_chosen(client, surgery):
    first, second, third = surgery.slots.all()
    BookingFactory.create_batch(2, surgery=surgery, slot=first)
    BookingFactory.create(surgery=surgery, slot=second)
    line = f"the first in line until 8am on {day(surgery.starts_at)}."
    assert slots_on(client.get(page_of(surgery))) == {
        str(first.pk): ("Full", "disabled"),
        str(second.pk): ("1 seat left", "free"),
        str(third.pk): ("2 seats left", "free"),
        "wait": (f"You would be first in line. A seat that comes free goes to {line}", "free"),
    }


def test_while_nothing_is_full_there_is_nothing_to_wait_for(client, surgery):
    assert "wait" not in slots_on(client.get(page_of(surgery)))


def test_the_slot_of_the_address_is_chosen(client, surgery):
    slot = surgery.slots.last()
    assert slots_on(client.get(page_of(surgery), {"slot": slot.pk}))[str(slot.pk)][1] == "chosen"


def test_a_slot_of_the_address_that_is_full_is_not_chosen(client, surgery):
    slot = surgery.slots.first()
    BookingFactory.create_batch(2, surgery=surgery, slot=slot)
    page = client.get(page_of(surgery), {"slot": slot.pk})
    assert "chosen" not in [state for _, state in slots_on(page).values()]
    assert "10am to 10:20am is full now. These times are still free. Choose a time" in words_of(page)


def test_a_link_to_a_time_that_has_begun_or_is_no_more_says_so_and_nonsense_nothing(client, surgery):
    first, second, third = surgery.slots.all()
    with time_machine.travel(second.starts_at - timedelta(minutes=1)):
        said = {slot: words_of(client.get(page_of(surgery), {"slot": slot})) for slot in (first.pk, 0, "x", third.pk)}
    free = "These times are still free."
    assert f"The time at 10am has begun. {free}" in said[first.pk]
    assert f"That time cannot be booked here. {free}" in said[0]
    assert free not in said["x"]
    assert free not in said[third.pk]


def test_the_only_slot_is_chosen_already(client):
    surgery = SurgeryFactory.create(slots=1)
    assert slots_on(client.get(page_of(surgery)))[str(surgery.slots.get().pk)][1] == "chosen"


def test_each_form_has_a_number_of_its_own(client, surgery):
    numbers = {re.search(r'name="request_id" value="([^"]+)"', client.get(page_of(surgery)).content.decode())[1]
               for _ in range(2)}  # fmt: skip
    assert len(numbers) == 2
    assert all(uuid.UUID(number) for number in numbers)


def test_browsers_can_fill_in_what_they_know(client, surgery):
    page = client.get(page_of(surgery)).content.decode()
    assert re.search(r'name="name" type="text" autocomplete="name" spellcheck="false"', page)
    assert re.search(r'name="email" type="email"[^>]* autocomplete="email" inputmode="email" spellcheck="false"', page)


def test_what_somebody_would_like_help_with_is_kept(client, surgery):
    topics, symptom, team = TopicFactory.create_batch(2), SymptomFactory.create(), TeamFactory.create()
    client.post(
        page_of(surgery),
        filled_in(
            surgery.slots.first(),
            topics=[topic.pk for topic in topics],
            symptoms=[symptom.pk, "unsure"],
            question="  Where do I start?\r\nAnd then? ",
            team=team.pk,
            adjustments="A quiet corner",
        ),
    )
    booking = Booking.objects.get()
    assert set(booking.topics.all()) == set(topics)
    assert list(booking.symptoms.all()) == [symptom]
    assert (booking.is_unsure, booking.team) == (True, team)
    assert (booking.question, booking.adjustments) == ("Where do I start?\nAnd then?", "A quiet corner")


def test_not_sure_yet_is_an_answer(client, surgery):
    client.post(page_of(surgery), filled_in(surgery.slots.first(), symptoms="unsure"))
    assert Booking.objects.get().is_unsure


def test_a_topic_that_has_been_retired_is_neither_shown_nor_taken(client, surgery):
    topic = TopicFactory.create(name="Vine", is_retired=True)
    assert "Vine" not in words_of(client.get(page_of(surgery)))
    response = client.post(page_of(surgery), filled_in(surgery.slots.first(), topics=topic.pk))
    assert title_of(response).startswith("Error: ")
    assert not Booking.objects.exists()


def test_an_empty_form_says_what_is_missing_beside_each_field_and_at_the_top(client, surgery):
    response = client.post(page_of(surgery), {"request_id": str(uuid.uuid4())})
    page = response.content.decode()
    assert response.status_code == 200
    assert title_of(response).startswith("Error: Book a seat")
    for field, message in (
        ("id_slot_0", "Choose a time"),
        ("id_name", "Enter your name"),
        ("id_email", "Enter your work email address"),
    ):
        assert f'<a href="#{field}">{message}</a>' in page
        assert f'id="{field}"' in page
    assert page.count('class="govuk-error-message"') == 3
    assert not Booking.objects.exists()


def test_the_summary_leads_to_the_first_slot_that_can_be_chosen(client, surgery):
    BookingFactory.create_batch(2, surgery=surgery, slot=surgery.slots.first())
    response = client.post(page_of(surgery), {"request_id": str(uuid.uuid4())})
    assert '<a href="#id_slot_1">Choose a time</a>' in response.content.decode()


def test_everything_that_was_typed_is_kept_when_something_is_wrong(client, surgery):
    topic, symptom, team = TopicFactory.create(), SymptomFactory.create(), TeamFactory.create()
    sent = filled_in(
        surgery.slots.last(), email="not an address", topics=topic.pk, symptoms=[symptom.pk, "unsure"], team=team.pk,
        question="Can I <say> this?", adjustments="A quiet corner",
    )  # fmt: skip
    page = client.post(page_of(surgery), sent).content.decode()
    for value in (surgery.slots.last().pk, topic.pk, symptom.pk, "unsure"):
        assert re.search(rf'value="{value}" checked', page)
    assert f'value="{team.pk}" selected' in page
    for value in ("Ada Lovelace", "notanaddress", sent["request_id"]):
        assert f'value="{value}"' in page or f'value="{"not an address"}"' in page
    assert "Can I &lt;say&gt; this?</textarea>" in page
    assert "A quiet corner</textarea>" in page


def test_the_page_is_kept_by_no_proxy(client, surgery):
    for response in (client.get(page_of(surgery)), client.post(page_of(surgery), {})):
        assert {"private", "no-cache"} == set(response["Cache-Control"].split(", "))


def test_the_same_form_again_leads_to_the_same_booking(client, surgery):
    sent = filled_in(surgery.slots.first())
    addresses = {client.post(page_of(surgery), sent)["Location"] for _ in range(3)}
    assert len(addresses) == 1
    assert Booking.objects.count() == OutboxEmail.objects.count() == 1


def test_the_same_form_leads_to_its_booking_even_when_the_surgery_has_been_called_off(client, surgery):
    from bookings.services.diary import call_off

    sent = filled_in(surgery.slots.first())
    before = client.post(page_of(surgery), sent)["Location"]
    call_off(surgery=surgery, reason="The café is being painted.")
    assert client.post(page_of(surgery), sent)["Location"] == before
    assert "The café is being painted." in words_of(client.get(before))
