"""A second booking: nobody learns from the page what an address has booked."""

import re
from datetime import timedelta

import pytest

from bookings.links import token_for
from bookings.models import Booking
from notifications.models import OutboxEmail
from tests.bookings.pages import ADA, filled_in, page_of, title_of, words_of
from tests.factories import BookingFactory, SurgeryFactory

pytestmark = pytest.mark.django_db


def send(client, surgery, **changes):
    return client.post(page_of(surgery), filled_in(surgery.slots.last(), **changes))


def test_a_second_booking_is_only_told_by_email(client, surgery, alice, alices_booking):
    response = send(client, surgery, email=alice.email)
    assert (response.status_code, response["Location"]) == (303, "/emailed/")
    assert OutboxEmail.objects.get().kind == "already_booked"
    assert Booking.objects.count() == 1


def test_the_page_says_no_name_no_time_and_no_link(client, surgery, alice, alices_booking):
    response = client.post(
        page_of(surgery), filled_in(surgery.slots.last(), name="Somebody Else", email=alice.email), follow=True
    )
    page = response.content.decode()
    assert "We have emailed that address" in page
    for secret in ("Alice", "Somebody Else", alice.email, "10am", "10:20", "/bookings/", token_for(alices_booking)):
        assert secret not in page


def test_the_page_is_the_same_for_a_booking_that_clashes_whoever_has_it(
    client, surgery, alice, bob, alices_booking, bobs_booking
):
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at - timedelta(minutes=20))
    answers = [
        client.post(page_of(place), filled_in(slot, email=email), follow=True)
        for place, slot, email in (
            (surgery, surgery.slots.all()[1], alice.email),
            (surgery, surgery.slots.all()[1], bob.email.upper()),
            (elsewhere, elsewhere.slots.all()[1], alice.email),
        )
    ]
    assert len({answer.content for answer in answers}) == 1
    assert len({str(answer.redirect_chain) for answer in answers}) == 1


def test_a_full_slot_says_so_to_everybody_alike(client, surgery, alice, alices_booking):
    slot = surgery.slots.last()
    BookingFactory.create_batch(2, surgery=surgery, slot=slot)
    pages = {words_of(client.post(page_of(surgery), filled_in(slot, email=email))) for email in (alice.email, ADA)}
    assert len(pages) == 1
    assert not OutboxEmail.objects.exists()


def test_the_same_form_again_tells_the_address_once(client, surgery, alice, alices_booking):
    sent = filled_in(surgery.slots.last(), email=alice.email)
    assert {client.post(page_of(surgery), sent)["Location"] for _ in range(3)} == {"/emailed/"}
    assert OutboxEmail.objects.count() == 1


def test_a_form_that_has_booked_something_else_leads_to_it_or_books_anew(client, surgery):
    sent = filled_in(surgery.slots.first())
    link = client.post(page_of(surgery), sent)["Location"].partition("?")[0]
    again = sent | {"name": "Grace Hopper", "email": "grace.hopper@example.gov.uk", "question": "Can I say this?"}
    response = client.post(page_of(surgery), again)
    page = response.content.decode()
    assert response.status_code == 409
    assert "You booked with this form already" in page
    assert f'href="{link}"' in page
    for kept in ("Grace Hopper", "grace.hopper@example.gov.uk"):
        assert f'value="{kept}"' in page
    assert "Can I say this?</textarea>" in page
    assert sent["request_id"] not in page
    assert Booking.objects.count() == 1


def test_whoever_mistyped_the_address_of_somebody_booked_puts_it_right_and_has_a_seat(client, surgery, alice):
    BookingFactory.create(surgery=surgery, attendee=alice)
    sent = filled_in(surgery.slots.last(), email=alice.email)
    mistyped = client.post(page_of(surgery), sent, follow=True)
    assert "Nothing was booked or changed just now." in words_of(mistyped)
    assert "go back, put it right and send the form again" in words_of(mistyped)
    response = client.post(page_of(surgery), sent | {"email": ADA})
    assert title_of(response).startswith("Press the button once more")
    assert "it booked nothing" in words_of(response)
    assert "You booked with this form already" not in words_of(response)
    number = re.search(r'name="request_id" value="([^"]+)"', response.content.decode())
    assert number
    again = client.post(page_of(surgery), sent | {"email": ADA, "request_id": number[1]}, follow=True)
    assert "You have a seat" in words_of(again)


def test_a_form_sent_again_after_the_key_was_renewed_leads_to_the_same_booking(client, surgery, settings):
    sent = filled_in(surgery.slots.first())
    client.post(page_of(surgery), sent)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new key", [settings.SECRET_KEY]
    assert client.post(page_of(surgery), sent).status_code == 303
    assert client.post(page_of(surgery), sent | {"name": "Grace Hopper"}).status_code == 409
    settings.SECRET_KEY_FALLBACKS = []
    assert client.post(page_of(surgery), sent).status_code == 409


def test_a_form_that_told_an_address_leads_nowhere(client, surgery, alice, alices_booking):
    sent = filled_in(surgery.slots.last(), email=alice.email)
    client.post(page_of(surgery), sent)
    response = client.post(page_of(surgery), sent | {"name": "Grace Hopper"})
    assert response.status_code == 409
    assert "it booked nothing" in words_of(response)
    assert "/bookings/" not in response.content.decode()


@pytest.mark.parametrize("number", ["", "not-a-number", "0" * 400])
def test_a_form_without_its_number_gets_a_new_one_and_then_books(client, surgery, number):
    sent = filled_in(surgery.slots.first(), request_id=number)
    response = client.post(page_of(surgery), sent)
    assert "Please press the button once more" in words_of(response)
    fresh = response.context["form"]["request_id"].value()
    assert client.post(page_of(surgery), sent | {"request_id": fresh}).status_code == 303
