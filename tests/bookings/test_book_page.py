"""The page that books: three things to type or choose, one press."""

import uuid

import pytest
from django.urls import reverse

from bookings.models import Booking
from notifications.models import OutboxEmail

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
