"""Promotion: in strict order, in the transaction that frees a seat, never into a clash, not past the cut-off."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from bookings.duties import promote_those_free_by_now
from bookings.errors import BookingClosed, WaitingListClosed
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel, correct_email, move
from bookings.services.diary import call_off, set_seats
from bookings.services.waiting import hand_back, settle
from notifications.models import OutboxEmail
from tests.factories import BookingFactory, SurgeryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def full():
    """Two slots of one seat each, both taken."""
    surgery = SurgeryFactory.create(slots=2, seats=1)
    BookingFactory.create_batch(2, surgery=surgery)
    return surgery


def waits(surgery, *slots, **facts):
    booking = BookingFactory.create(surgery=surgery, waiting=True, **facts)
    booking.suits.set(slots)
    return booking


def states(*bookings):
    for booking in bookings:
        booking.refresh_from_db()
    return [booking.state for booking in bookings]


def in_slot(surgery, number) -> Booking:
    return surgery.bookings.holding_a_seat().get(slot=surgery.slots.all()[number])


def test_a_freed_seat_goes_to_the_first_in_line_who_is_told(full):
    first, second = waits(full), waits(full)
    cancel(booking=in_slot(full, 0))
    assert states(first, second) == ["confirmed", "waiting"]
    assert OutboxEmail.objects.filter(kind="booking_promoted", recipient=first.attendee.email).count() == 1
    assert second.rank() == 1


def test_somebody_whom_the_freed_slot_does_not_suit_is_passed_over_and_keeps_the_place(full):
    other_slot = full.slots.last()
    first, second = waits(full, other_slot), waits(full)
    cancel(booking=in_slot(full, 0))
    assert states(first, second) == ["waiting", "confirmed"]
    cancel(booking=in_slot(full, 1))
    assert states(first) == ["confirmed"]
    assert first.slot == other_slot


def test_somebody_with_a_clash_is_passed_over_and_keeps_the_place(full):
    first, second = waits(full), waits(full)
    elsewhere = SurgeryFactory.create(starts_at=full.starts_at, slots=1)
    BookingFactory.create(surgery=elsewhere, attendee=first.attendee)
    cancel(booking=in_slot(full, 0))
    assert states(first, second) == ["waiting", "confirmed"]
    assert first.rank() == 1


def test_whoever_gives_up_a_time_is_promoted_where_that_was_the_clash(full):
    first = waits(full)
    elsewhere = SurgeryFactory.create(starts_at=full.starts_at, slots=1)
    clash = BookingFactory.create(surgery=elsewhere, attendee=first.attendee)
    cancel(booking=in_slot(full, 0))
    assert states(first) == ["waiting"]
    cancel(booking=clash)
    assert states(first) == ["confirmed"]


def test_nobody_is_promoted_past_the_cut_off(full):
    first = waits(full)
    cancel(booking=in_slot(full, 0), now=full.cutoff_at)
    assert states(first) == ["waiting"]


def test_nobody_is_promoted_into_a_slot_that_has_begun_for_it_cannot_be_given_up():
    surgery = SurgeryFactory.create(slots=2, seats=1, cutoff_minutes=0, starts_at=timezone.now() + timedelta(hours=1))
    BookingFactory.create_batch(2, surgery=surgery)
    early = in_slot(surgery, 0)
    first = waits(surgery)
    with pytest.raises(BookingClosed):
        cancel(booking=early, now=early.slot.starts_at)
    assert states(first) == ["waiting"]


def test_of_several_free_seats_the_earliest_that_suits_is_theirs():
    surgery = SurgeryFactory.create(slots=3, seats=1)
    anything, rather_late = waits(surgery), waits(surgery, *list(surgery.slots.all())[1:])
    settle(surgery=surgery)
    assert states(anything, rather_late) == ["confirmed", "confirmed"]
    assert [booking.slot for booking in (anything, rather_late)] == list(surgery.slots.all())[:2]


def test_added_seats_go_down_the_line_in_order(full):
    first, second, third = waits(full), waits(full), waits(full)
    set_seats(slot=full.slots.first(), seats=3)
    assert states(first, second, third) == ["confirmed", "confirmed", "waiting"]


def test_somebody_who_waits_can_take_a_free_seat_that_did_not_suit():
    surgery = SurgeryFactory.create(slots=2, seats=1)
    early, late = surgery.slots.all()
    BookingFactory.create(surgery=surgery, slot=late)
    booking = waits(surgery, late)
    moved = move(booking=booking, slot=early)
    assert (moved.state, moved.slot, moved.position) == ("confirmed", early, None)


def test_a_seat_handed_back_goes_to_the_next_and_its_holder_to_the_end(full):
    holder = in_slot(full, 0)
    first, second = waits(full), waits(full)
    hand_back(booking=holder)
    assert states(holder, first, second) == ["waiting", "confirmed", "waiting"]
    assert (second.rank(), holder.rank()) == (1, 2)


def test_a_seat_handed_back_is_not_given_to_the_same_person_again():
    surgery = SurgeryFactory.create(slots=2, seats=1)
    BookingFactory.create_batch(2, surgery=surgery)
    holder = in_slot(surgery, 0)
    handed_back = hand_back(booking=holder)
    assert handed_back.is_waiting
    assert list(handed_back.suits.all()) == [surgery.slots.last()]


def test_once_its_slot_has_begun_a_seat_cannot_be_handed_back_at_all(full):
    with pytest.raises(BookingClosed):
        hand_back(booking=in_slot(full, 0), now=full.starts_at)


@pytest.mark.parametrize("wished", [[0], [0, 1], [1, 2], []])
def test_of_the_slots_that_would_suit_instead_the_one_given_up_is_none(wished):
    surgery = SurgeryFactory.create(slots=3, seats=1)
    BookingFactory.create_batch(3, surgery=surgery)
    slots = list(surgery.slots.all())
    handed_back = hand_back(booking=in_slot(surgery, 0), suits=[slots[number] for number in wished])
    assert list(handed_back.suits.all()) == [slots[number] for number in ([1] if wished == [0, 1] else [1, 2])]


def test_saying_again_what_suits_changes_nothing_and_tells_nobody(full):
    booking = waits(full, full.slots.last())
    assert hand_back(booking=booking, suits=[full.slots.last()]).changed_at == booking.changed_at
    assert not OutboxEmail.objects.exists()


def test_past_the_cut_off_a_seat_cannot_be_handed_back_for_a_place_in_line(full):
    with pytest.raises(WaitingListClosed):
        hand_back(booking=in_slot(full, 0), now=full.cutoff_at)


def test_saying_which_slots_suit_keeps_the_place_and_takes_a_free_seat_at_once():
    surgery = SurgeryFactory.create(slots=2, seats=1)
    early, late = surgery.slots.all()
    BookingFactory.create(surgery=surgery, slot=late)
    booking = waits(surgery, late)
    assert hand_back(booking=booking, suits=[early]).is_confirmed


def test_positions_never_come_back_after_somebody_leaves(full):
    leaver = waits(full)
    given = leaver.position
    cancel(booking=leaver)
    assert waits(full).position > given


def test_two_presses_at_once_hand_a_seat_back_once(full):
    """Both saw the seat; the second finds that it waits already, and changes nothing of what suits."""
    holder = in_slot(full, 0)
    hand_back(booking=holder)
    again = hand_back(booking=holder)
    assert list(again.suits.all()) == [full.slots.last()]
    assert OutboxEmail.objects.filter(kind="booking_handed_back").count() == 1


def test_two_presses_at_once_do_not_hand_back_the_seat_that_the_first_got():
    surgery = SurgeryFactory.create(slots=2, seats=1)
    holder = BookingFactory.create(surgery=surgery, slot=surgery.slots.first())
    for _ in range(2):
        assert hand_back(booking=holder).slot == surgery.slots.last()
    assert OutboxEmail.objects.filter(kind="booking_moved").count() == 1


def test_saying_what_suits_does_not_hand_back_a_seat_that_came_free_meanwhile(full):
    waiter = waits(full)
    cancel(booking=in_slot(full, 0))
    assert hand_back(booking=waiter, suits=[full.slots.last()]).slot == full.slots.first()


def test_whoever_is_freed_by_a_surgery_that_is_called_off_is_promoted_by_the_clock(full):
    first, second = waits(full), waits(full, full.slots.last())
    elsewhere = SurgeryFactory.create(starts_at=full.starts_at, slots=1)
    BookingFactory.create(surgery=elsewhere, attendee=first.attendee)
    cancel(booking=in_slot(full, 0))
    promote_those_free_by_now(timezone.now())
    assert states(first, second) == ["waiting", "waiting"]
    call_off(surgery=elsewhere, reason="The café is closed.")
    for _ in range(2):
        promote_those_free_by_now(timezone.now())
    assert states(first, second) == ["confirmed", "waiting"]
    assert OutboxEmail.objects.filter(kind="booking_promoted").count() == 1


def test_whoever_becomes_free_while_another_joins_the_line_goes_first_and_is_told():
    surgery = SurgeryFactory.create(slots=1, seats=1)
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at, slots=1)
    first = waits(surgery)
    BookingFactory.create(surgery=elsewhere, attendee=first.attendee)

    def call_off_meanwhile(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "INSERT INTO bookings_booking (" in sql:
            call_off(surgery=elsewhere, reason="The café is closed.")
        return result

    with connection.execute_wrapper(call_off_meanwhile):
        second = book(
            surgery=surgery, slot=None, name="Ada", email="ada.lovelace@example.gov.uk", answers=Answers(),
            request_id=uuid4(),
        )  # fmt: skip
    assert second
    assert second.is_waiting
    assert states(first, second) == ["confirmed", "waiting"]
    told = OutboxEmail.objects.filter(kind__in=["booking_promoted", "booking_booked"])
    assert set(told.values_list("kind", "recipient")) == {
        ("booking_promoted", first.attendee.email),
        ("booking_booked", "ada.lovelace@example.gov.uk"),
    }


def test_whoever_is_freed_by_an_address_put_right_is_promoted_at_once(full):
    first = waits(full)
    elsewhere = SurgeryFactory.create(starts_at=full.starts_at, slots=1)
    mistyped = BookingFactory.create(surgery=elsewhere, attendee=first.attendee)
    cancel(booking=in_slot(full, 0))
    correct_email(booking=mistyped, email="ada.lovelace@example.gov.uk")
    assert states(first) == ["confirmed"]
