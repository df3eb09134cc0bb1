"""Booking a seat: who gets it, who waits, and what the same form sent again does."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.errors import BookingClosed, FormUsedAlready, SlotFull, WaitingListClosed
from bookings.models import Attendee, Booking
from bookings.services.booking import Answers, book
from notifications.models import OutboxEmail
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TopicFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def ask(surgery, slot, email="ada.lovelace@example.gov.uk", **changes):
    facts = {"name": "Ada Lovelace", "answers": Answers(), "request_id": uuid.uuid4()} | changes
    return book(surgery=surgery, slot=slot, email=email, **facts)


def emails_to(address):
    return list(OutboxEmail.objects.filter(recipient=address).order_by("id").values_list("kind", flat=True))


def test_a_free_slot_gives_a_seat_and_queues_one_email(surgery):
    slot = surgery.slots.first()
    booking = ask(surgery, slot)
    assert (booking.state, booking.slot, booking.seat.slot) == (Booking.State.CONFIRMED, slot, slot)
    assert emails_to("ada.lovelace@example.gov.uk") == ["booking_booked"]


def test_what_somebody_asks_is_kept(surgery):
    topic, symptom = TopicFactory.create(), SymptomFactory.create()
    answers = Answers(topics=[topic], symptoms=[symptom], question="Where do I start?", adjustments="A quiet corner")
    booking = ask(surgery, surgery.slots.first(), answers=answers)
    booking.refresh_from_db()
    assert list(booking.topics.all()) == [topic]
    assert list(booking.symptoms.all()) == [symptom]
    assert (booking.question, booking.adjustments) == ("Where do I start?", "A quiet corner")


def test_a_full_slot_is_refused_and_leaves_nothing_behind(surgery):
    slot = surgery.slots.first()
    BookingFactory.create_batch(2, surgery=surgery, slot=slot)
    with pytest.raises(SlotFull):
        ask(surgery, slot)
    assert not Attendee.objects.filter(email="ada.lovelace@example.gov.uk").exists()
    assert not OutboxEmail.objects.exists()


def test_the_form_of_a_refused_booking_can_be_sent_again_with_another_slot(surgery):
    first, second, _ = surgery.slots.all()
    BookingFactory.create_batch(2, surgery=surgery, slot=first)
    request_id = uuid.uuid4()
    with pytest.raises(SlotFull):
        ask(surgery, first, request_id=request_id)
    assert ask(surgery, second, request_id=request_id).slot == second


def test_without_a_slot_a_full_surgery_gives_a_place_at_the_end_of_the_line():
    surgery = SurgeryFactory.create(slots=1, seats=1)
    BookingFactory.create(surgery=surgery)
    ahead = BookingFactory.create(surgery=surgery, waiting=True)
    booking = ask(surgery, None)
    assert booking.is_waiting
    assert booking.position > ahead.position
    assert booking.rank() == 2


def test_without_a_slot_a_free_seat_that_suits_is_given_at_once_with_one_email(surgery):
    _, second, _ = surgery.slots.all()
    booking = ask(surgery, None, suits=[second])
    assert (booking.state, booking.slot) == (Booking.State.CONFIRMED, second)
    booking.refresh_from_db()
    assert (booking.state, booking.slot) == (Booking.State.CONFIRMED, second)
    assert emails_to("ada.lovelace@example.gov.uk") == ["booking_booked"]


def test_somebody_who_waited_for_a_seat_that_came_free_goes_before_a_new_booking(surgery):
    """A clash that has gone frees a person, not a seat: nobody promoted them yet."""
    surgery = SurgeryFactory.create(slots=1, seats=1)
    slot = surgery.slots.get()
    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    with pytest.raises(SlotFull):
        ask(surgery, slot)
    joined = ask(surgery, None)
    waiting.refresh_from_db()
    assert waiting.is_confirmed
    assert joined.is_waiting


def test_the_same_form_again_has_the_same_outcome(surgery):
    slot, request_id = surgery.slots.first(), uuid.uuid4()
    first = ask(surgery, slot, request_id=request_id)
    again = ask(surgery, slot, request_id=request_id)
    assert again == first
    assert Booking.objects.count() == 1
    assert len(emails_to("ada.lovelace@example.gov.uk")) == 1


def test_the_same_form_with_other_contents_is_refused_and_points_at_the_booking(surgery):
    slot, request_id = surgery.slots.first(), uuid.uuid4()
    first = ask(surgery, slot, request_id=request_id)
    with pytest.raises(FormUsedAlready) as refusal:
        ask(surgery, slot, request_id=request_id, email="grace.hopper@example.gov.uk")
    assert refusal.value.booking == first
    assert Booking.objects.count() == 1


def test_a_second_booking_at_the_same_surgery_is_only_told_by_email(surgery, alice, alices_booking):
    request_id = uuid.uuid4()
    for _ in range(2):
        assert ask(surgery, surgery.slots.last(), email=alice.email, request_id=request_id) is None
    assert alice.bookings.count() == 1
    assert emails_to(alice.email) == ["already_booked"]


def test_a_booking_that_clashes_at_another_surgery_is_only_told_by_email(surgery, alice, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(minutes=10))
    assert ask(elsewhere, elsewhere.slots.first(), email=alice.email) is None
    assert emails_to(alice.email) == ["already_booked"]


def test_a_booking_right_after_another_one_does_not_clash(surgery, alice, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=alices_booking.slot.ends_at)
    assert ask(elsewhere, elsewhere.slots.first(), email=alice.email).is_confirmed


def test_nobody_is_confirmed_while_hosting(surgery):
    user = UserFactory.create(email="grace.hopper@example.gov.uk")
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at)
    shift = ShiftFactory.create(surgery=elsewhere, champion=ChampionFactory.create(user=user))
    assert ask(surgery, surgery.slots.first(), email=user.email) is None
    shift.ended_at, shift.ended_reason = timezone.now(), "Given back"
    shift.save()
    assert ask(surgery, surgery.slots.first(), email=user.email).is_confirmed


def test_whoever_types_a_known_address_does_not_rename_its_owner(surgery, charlie):
    booking = ask(surgery, surgery.slots.first(), email=charlie.email, name="Somebody Else")
    charlie.refresh_from_db()
    assert charlie.name == "Charlie Chowdhury"
    assert booking.name == "Somebody Else"


def test_a_slot_can_be_booked_until_it_starts_and_not_after(surgery):
    slot = surgery.slots.first()
    with pytest.raises(BookingClosed):
        ask(surgery, slot, now=slot.starts_at)
    assert ask(surgery, slot, now=slot.starts_at - timedelta(seconds=1)).is_confirmed


@pytest.mark.parametrize("state", ["draft", "called_off"])
def test_a_surgery_that_is_not_published_cannot_be_booked(state):
    surgery = SurgeryFactory.create(**{state: True})
    with pytest.raises(BookingClosed):
        ask(surgery, surgery.slots.first())
    assert not Attendee.objects.exists()


def test_past_the_cut_off_there_is_no_waiting_list_to_join_and_free_seats_are_open(surgery):
    with pytest.raises(WaitingListClosed):
        ask(surgery, None, now=surgery.cutoff_at)
    assert ask(surgery, surgery.slots.first(), now=surgery.cutoff_at).is_confirmed


def test_a_booking_takes_a_bounded_number_of_statements(surgery, django_assert_max_num_queries):
    topics = TopicFactory.create_batch(3)
    BookingFactory.create_batch(3, surgery=surgery)
    with django_assert_max_num_queries(12):  # savepoints included
        ask(surgery, surgery.slots.last(), answers=Answers(topics=topics))
