"""An email says what is true when it is sent: what is not true any more is dropped, and a later one says how it is."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bookings.links import private_link
from bookings.models import Attendee, Booking
from bookings.services.booking import Answers, book, cancel, correct_email, edit_answers, move
from bookings.services.diary import call_off, set_seats
from bookings.services.waiting import hand_back
from notifications.models import OutboxEmail
from surgeries.models import Surgery
from tests.bookings.letters import (
    EMAIL,
    STORIES,
    booked,
    booked_already,
    fill,
    handed_back,
    moved,
    promoted,
    reminded,
    sent_in_error,
    waiting,
    write,
)
from tests.factories import BookingFactory, SurgeryFactory

pytestmark = pytest.mark.django_db
ALICIA = "alicia.adeyemi@example.gov.uk"


def alices() -> Booking:
    return Booking.objects.get(attendee__email=EMAIL)


def sent(to: str = EMAIL) -> list[str]:
    """The kinds of the emails that would go out if the worker came only now."""
    return [row.kind for row in OutboxEmail.objects.filter(recipient=to).order_by("pk") if write(row)]


@pytest.mark.parametrize("name", STORIES)
def test_control_while_nothing_else_happens_each_is_sent(name):
    assert write(STORIES[name]())


@pytest.mark.parametrize("act", [booked, waiting, promoted, moved, handed_back, reminded])
def test_nothing_but_the_cancellation_is_sent_of_a_booking_that_was_cancelled_meanwhile(act):
    act()
    cancel(booking=alices())
    assert sent() == ["booking_cancelled"]


def test_nothing_but_the_calling_off_is_sent_of_a_surgery_called_off_meanwhile():
    moved()
    call_off(surgery=Surgery.objects.get(), reason="No coffee.")
    assert sent() == ["booking_called_off"]


def test_of_two_moves_the_second_is_told_with_where_it_moved_from():
    moved()
    second = Surgery.objects.get().slots.all()[1]
    move(booking=alices(), slot=second)
    assert sent() == ["booking_moved"]
    message = write(OutboxEmail.objects.latest("pk"))
    assert message
    assert "10:20am to 10:40am" in message.text
    assert "Before: Tuesday" in message.text
    assert "10:40am to 11am" in message.text


def test_somebody_promoted_before_the_confirmation_went_out_hears_of_the_seat_once():
    promoted()
    assert sent() == ["booking_promoted"]


def test_a_seat_that_was_handed_back_is_not_confirmed_any_more():
    promoted()
    fill(Surgery.objects.get())
    hand_back(booking=alices())
    assert sent() == ["booking_handed_back"]


def test_changed_answers_do_not_overtake_the_confirmation():
    booked()
    edit_answers(booking=alices(), answers=Answers(is_unsure=True))
    assert sent() == ["booking_booked", "booking_changed"]


def test_once_the_address_is_put_right_the_old_one_hears_only_that():
    booked()
    correct_email(booking=alices(), email=ALICIA)
    assert sent(EMAIL) == ["booking_sent_in_error"]
    assert sent(ALICIA) == ["booking_booked"]


def test_an_address_that_was_put_right_twice_and_is_the_first_again_is_no_mistake():
    sent_in_error()
    correct_email(booking=Booking.objects.get(), email=EMAIL)
    assert sent(EMAIL) == ["booking_booked"]
    assert sent(ALICIA) == ["booking_sent_in_error"]


def test_a_reminder_of_another_slot_is_dropped():
    reminded()
    move(booking=alices(), slot=Surgery.objects.get().slots.last())
    assert sent() == ["booking_moved"]


def test_nobody_hears_of_a_booking_they_have_already_once_they_have_it_no_more():
    booked_already()
    cancel(booking=alices())
    assert sent() == ["booking_cancelled"]


def test_an_attendee_who_is_forgotten_gets_nothing_any_more():
    booked_already()
    Attendee.objects.update(email=None)
    assert sent() == []


def test_a_clash_with_another_surgery_is_told_with_the_link_of_that_booking():
    booked()
    surgery = Surgery.objects.get()
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(minutes=10))
    slot = elsewhere.slots.first()
    book(surgery=elsewhere, slot=slot, name="A", email=EMAIL, answers=Answers(), request_id=uuid4())
    message = write(OutboxEmail.objects.latest("pk"))
    assert message
    assert "You asked for: Tuesday" in message.text
    assert "You have: Tuesday" in message.text
    assert str(elsewhere.venue) in message.text
    assert str(surgery.venue) in message.text


def test_each_booking_that_stands_in_the_way_has_its_link():
    booked()
    there = Surgery.objects.get()
    here = SurgeryFactory.create(starts_at=there.starts_at, slots=1, seats=1)
    BookingFactory.create(surgery=here)
    book(surgery=here, slot=None, name="A", email=EMAIL, answers=Answers(), request_id=uuid4())
    set_seats(slot=here.slots.get(), seats=2)
    book(surgery=here, slot=here.slots.get(), name="A", email=EMAIL, answers=Answers(), request_id=uuid4())
    message = write(OutboxEmail.objects.latest("pk"))
    assert message
    for word in ("You have", "You are waiting for", "You have another booking at that time"):
        assert word in message.text
    for booking in Booking.objects.filter(attendee__email=EMAIL):
        assert private_link(booking) in message.text
        assert private_link(booking) in message.html


def test_where_a_booking_moved_from_may_be_gone_altogether():
    booked()
    gone = Surgery.objects.get()
    move(booking=alices(), slot=SurgeryFactory.create().slots.first())
    gone.shifts.all().delete()
    gone.delete()
    message = write(OutboxEmail.objects.get(kind="booking_moved"))
    assert message
    assert "Before: Another surgery" in message.text
