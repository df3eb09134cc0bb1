"""Slots are added and taken out while a form is open, and while a process still knows the surgery as it was."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bookings.errors import SlotGone
from bookings.models import Booking
from bookings.services.booking import Answers, book
from bookings.services.diary import add_slot
from bookings.services.editing import remove_slot
from surgeries.models import Slot, Surgery
from tests.bookings.pages import ADA, filled_in, page_of, words_of
from tests.factories import BookingFactory, SurgeryFactory, local
from tests.kept import everything_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery(client) -> Surgery:
    """Of two slots with time for more, the first one full, and just looked at, so that it is kept."""
    begins = local()
    surgery = SurgeryFactory.create(starts_at=begins, ends_at=begins + timedelta(hours=2), slots=2, seats=1)
    BookingFactory.create(surgery=surgery, slot=surgery.slots.first())
    client.get(page_of(surgery))
    return surgery


def add(surgery: Surgery) -> Slot:
    begins = surgery.slots.last().ends_at
    return add_slot(surgery=surgery, starts_at=begins, ends_at=begins + timedelta(minutes=20), seats=1)


def test_waiting_for_a_slot_that_was_taken_out_is_explained_and_keeps_what_was_typed(client, surgery):
    last = surgery.slots.last()
    remove_slot(slot=last)
    form = filled_in(None, suits=[last.pk])
    answer = client.post(page_of(surgery), form)
    assert "Choose from what is shown here" in words_of(answer)
    assert form["email"] in answer.content.decode()
    assert not Booking.objects.waiting().exists()


def test_a_slot_that_is_taken_out_at_the_last_moment_is_found_under_the_lock(surgery):
    last = surgery.slots.last()
    remove_slot(slot=Slot.objects.get(pk=last.pk))
    with pytest.raises(SlotGone):
        book(
            surgery=surgery, slot=None, suits=[last], name="Ada Lovelace", email=ADA, answers=Answers(),
            request_id=uuid4(),
        )  # fmt: skip
    assert not Booking.objects.waiting().exists()


def test_a_slot_that_was_added_just_now_can_be_booked(client, surgery):
    added = add(surgery)
    assert client.post(page_of(surgery), filled_in(added)).status_code == 303
    assert Booking.objects.get(attendee__email=ADA).slot == added


def test_the_control_a_surgery_that_is_kept_does_not_know_the_slot(surgery):
    added = add(surgery)
    kept = everything_kept()[f"surgery:{surgery.reference}"]
    assert added not in kept.slots.all()


def test_an_address_that_no_surgery_has_is_not_kept(client, surgery):
    assert client.get(page_of(surgery).replace(surgery.reference, "bcdfghj")).status_code == 404
    assert "surgery:bcdfghj" not in everything_kept()
