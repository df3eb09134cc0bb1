"""Behind the private link a stale page, a second press or somebody else's link does nothing that it does not show."""

import pytest
import time_machine
from django.test import Client

from bookings.models import Booking
from bookings.services.booking import cancel, move
from surgeries.templatetags.times import when
from tests.bookings.pages import private, words_of
from tests.bookings.private_acts import ACTS, in_line, kinds, press
from tests.bookings.test_editing_a_surgery import hidden
from tests.factories import BookingFactory, SurgeryFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(surgery):
    return in_line(surgery)


@pytest.mark.parametrize("page", ACTS)
def test_once_cancelled_every_press_says_so(client, alices_booking, page):
    cancel(booking=alices_booking)
    for response in (
        client.get(private(alices_booking, page), follow=True),
        press(client, alices_booking, page, email="x@example.gov.uk", slot=1, holds=1),
    ):
        assert "Your booking is cancelled" in words_of(response)


@pytest.mark.parametrize("page", ACTS)
def test_a_press_that_comes_too_late_for_a_cancelled_booking_changes_nothing_and_says_so(client, alices_booking, page):
    cancel(booking=alices_booking)
    words = words_of(press(client, alices_booking, page, email="x@example.gov.uk", name="X", slot=1, holds=1))
    is_said = "Nothing was changed." in words
    assert is_said == (page != "cancel/")  # cancelling twice is cancelling once
    assert is_said != ("Thank you for telling us." in words)
    assert kinds() == ["booking_cancelled"]


@pytest.mark.parametrize("page", ACTS)
def test_once_it_has_begun_nothing_can_be_changed(client, alices_booking, page):
    with time_machine.travel(alices_booking.slot.starts_at):
        response = press(client, alices_booking, page, email="x@example.gov.uk", slot=1)
    assert "Your time is now" in words_of(response)
    assert "Nothing was changed." in words_of(response)
    assert kinds() == []


def test_cancelling_from_two_tabs_is_cancelling_once(client, alices_booking):
    for _ in range(2):
        assert "Thank you for telling us." in words_of(press(client, alices_booking, "cancel/"))
    assert kinds() == ["booking_cancelled"]


def test_moving_from_two_tabs_is_moving_once(client, surgery, alices_booking):
    for _ in range(2):
        page = press(client, alices_booking, "change/", slot=surgery.slots.last().pk)
        assert "10:40am to 11am" in words_of(page)
    assert kinds() == ["booking_moved"]


def test_handing_back_from_two_tabs_keeps_what_was_chosen(client, surgery, alices_booking):
    for slot in surgery.slots.all()[1:]:
        BookingFactory.create_batch(2, surgery=surgery, slot=slot)
    held = alices_booking.slot.pk
    for _ in range(2):
        page = press(client, alices_booking, "wait/", holds=held)
        assert "had changed" not in words_of(page)
    assert "You are first in line" in words_of(page)
    assert held not in alices_booking.suits.values_list("pk", flat=True)
    assert kinds() == ["booking_handed_back"]


def test_a_page_that_was_open_when_the_booking_moved_hands_nothing_back_and_says_so(client, surgery, alices_booking):
    move(booking=alices_booking, slot=surgery.slots.last())
    page = press(client, alices_booking, "wait/", holds=surgery.slots.first().pk)
    assert "10:40am to 11am" in words_of(page)
    assert "Your booking had changed since that page was opened. This is how it stands now." in words_of(page)
    assert Booking.objects.get(pk=alices_booking.pk).is_confirmed
    assert kinds() == ["booking_moved"]


def test_a_seat_that_came_free_meanwhile_is_not_given_up_by_who_leaves_the_waiting_list(client, waiting):
    sent = hidden(client.get(private(waiting, "cancel/")))
    cancel(booking=waiting.surgery.slots.first().bookings.first())
    answer = client.post(private(waiting, "cancel/"), sent)
    assert answer.status_code == 409
    assert f"You have this seat now: {when(waiting.surgery.slots.first())}" in words_of(answer)
    assert "Cancel your booking?" in words_of(answer)
    assert Booking.objects.get(pk=waiting.pk).is_confirmed
    assert kinds() == ["booking_cancelled", "booking_promoted"]
    client.post(private(waiting, "cancel/"), hidden(answer))
    assert Booking.objects.get(pk=waiting.pk).is_cancelled


@pytest.mark.parametrize("act", ["cancel/", "change/", "move/{there}/"])
def test_a_page_that_showed_another_seat_comes_back_and_does_nothing(client, surgery, alices_booking, act):
    later, there = (SurgeryFactory.create(starts_at=local(days)) for days in (9, 10))
    page, chosen = act.format(there=there.reference), there if "there" in act else surgery
    sent = {"slot": chosen.slots.last().pk} | hidden(client.get(private(alices_booking, page)))
    move(booking=alices_booking, slot=later.slots.last())
    answer = client.post(private(alices_booking, page), sent)
    assert answer.status_code == 409
    assert f"Your booking has changed since you looked. You have this seat now: {when(later.slots.last())}" in words_of(
        answer
    )
    assert "There is a problem" not in words_of(answer)
    assert Booking.objects.get(pk=alices_booking.pk).slot == later.slots.last()
    assert kinds() == ["booking_moved"]
    again = {"slot": there.slots.last().pk if "there" in act else later.slots.first().pk}
    client.post(private(alices_booking, page), again | hidden(answer))
    assert Booking.objects.get(pk=alices_booking.pk).changed_at > alices_booking.changed_at
    assert len(kinds()) == 2


@pytest.mark.parametrize("page", [*ACTS, "evidence/"])
def test_every_act_needs_the_token_of_its_form(alices_booking, page):
    client = Client(enforce_csrf_checks=True)
    assert client.post(private(alices_booking, page), {"email": "x@example.gov.uk"}).status_code == 403
    assert Booking.objects.get(pk=alices_booking.pk).is_confirmed


def test_one_link_acts_on_no_other_booking(client, alices_booking, bobs_booking):
    press(client, alices_booking, "cancel/")
    assert Booking.objects.get(pk=bobs_booking.pk).is_confirmed
