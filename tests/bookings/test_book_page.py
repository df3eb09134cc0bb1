"""The page that books: three things to type or choose, one press."""

import re
import uuid

import pytest
from django.urls import reverse

from bookings.models import Booking
from notifications.models import OutboxEmail
from tests.factories import BookingFactory

pytestmark = pytest.mark.django_db


def page_of(surgery):
    return reverse("bookings:book", args=[surgery.reference])


def filled_in(slot, **changes):
    return {
        "request_id": str(uuid.uuid4()),
        "slot": slot.pk if slot else "wait",
        "name": "Ada Lovelace",
        "email": "ada.lovelace@example.gov.uk",
    } | changes


def slots_on(response):
    """The choices of the page: value to what is said of it, and how it stands."""
    item = re.compile(
        r'<input class="govuk-radios__input"[^>]* value="(\w+)"([^>]*)>.*?__hint">\s*(.*?)\s*</div>', re.DOTALL
    )
    found = item.findall(response.content.decode())
    return {
        value: (hint, "disabled" if " disabled" in attributes else "chosen" if " checked" in attributes else "free")
        for value, attributes, hint in found
    }


def test_three_fields_and_one_press_give_a_seat_and_lead_to_the_private_link(client, surgery):
    slot = surgery.slots.first()
    response = client.post(page_of(surgery), filled_in(slot))
    assert response.status_code == 303
    booking = Booking.objects.get()
    assert (booking.slot, booking.name, booking.attendee.email) == (
        slot, "Ada Lovelace", "ada.lovelace@example.gov.uk",
    )  # fmt: skip
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert "You have a seat" in page.content.decode()
    assert client.get(response["Location"]).content.decode().count("You have a seat") > 0
    assert OutboxEmail.objects.get().kind == "booking_booked"


def test_each_slot_is_shown_with_its_seats_in_words_and_a_full_one_cannot_be_chosen(client, surgery):
    first, second, third = surgery.slots.all()
    BookingFactory.create_batch(2, surgery=surgery, slot=first)
    BookingFactory.create(surgery=surgery, slot=second)
    slots = slots_on(client.get(page_of(surgery)))
    assert slots == {
        str(first.pk): ("Full", "disabled"),
        str(second.pk): ("1 seat left", "free"),
        str(third.pk): ("2 seats left", "free"),
        "wait": ("You would be first in line. A seat that comes free goes to the first in line until 8am.", "free"),
    }
