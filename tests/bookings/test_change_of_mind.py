"""Moving, editing, cancelling and putting a mistyped address right."""

from datetime import timedelta

import pytest

from bookings.errors import BookingClosed, SlotFull
from bookings.links import LinkWithdrawn, LinkWrong, booking_for, token_for
from bookings.models import Attendee
from bookings.services.booking import Answers, cancel, correct_email, correct_name, edit_answers, move
from notifications.models import OutboxEmail
from tests.bookings.letters import write
from tests.bookings.pages import private, words_of
from tests.factories import BookingFactory, SurgeryFactory, TopicFactory

pytestmark = pytest.mark.django_db


def kinds_to(address):
    return list(OutboxEmail.objects.filter(recipient=address).order_by("id").values_list("kind", flat=True))


def test_moving_keeps_the_row_its_link_and_its_calendar_entry(surgery, alices_booking):
    link, uid = token_for(alices_booking), alices_booking.calendar_uid
    moved = move(booking=alices_booking, slot=surgery.slots.last())
    assert (moved.pk, moved.slot) == (alices_booking.pk, surgery.slots.last())
    assert (token_for(moved), moved.calendar_uid) == (link, uid)
    assert moved.calendar_sequence == alices_booking.calendar_sequence + 1
    assert kinds_to(moved.attendee.email) == ["booking_moved"]


def test_moving_to_the_same_time_elsewhere_is_no_clash_with_itself(surgery, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at)
    assert move(booking=alices_booking, slot=elsewhere.slots.first()).surgery == elsewhere
    assert kinds_to(alices_booking.attendee.email) == ["booking_moved"]


def test_moving_frees_the_old_seat_for_whoever_waits(alice):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=1))
    booking = BookingFactory.create(surgery=surgery, attendee=alice)
    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    assert move(booking=booking, slot=elsewhere.slots.first()).surgery == elsewhere
    waiting.refresh_from_db()
    assert waiting.is_confirmed


def test_moving_to_the_same_slot_again_changes_nothing(surgery, alices_booking):
    move(booking=alices_booking, slot=surgery.slots.last())
    again = move(booking=alices_booking, slot=surgery.slots.last())
    assert again.calendar_sequence == 1
    assert len(kinds_to(again.attendee.email)) == 1


def test_moving_into_a_full_slot_keeps_the_old_seat(surgery, alices_booking):
    last = surgery.slots.last()
    BookingFactory.create_batch(2, surgery=surgery, slot=last)
    with pytest.raises(SlotFull):
        move(booking=alices_booking, slot=last)
    alices_booking.refresh_from_db()
    assert alices_booking.slot == surgery.slots.first()


def test_moving_into_a_clash_or_a_second_booking_is_only_told_by_email(surgery, alice, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(hours=2))
    BookingFactory.create(surgery=elsewhere, attendee=alice, slot=elsewhere.slots.first())
    third = SurgeryFactory.create(starts_at=elsewhere.starts_at)
    for slot in (elsewhere.slots.last(), third.slots.first(), third.slots.first()):
        assert move(booking=alices_booking, slot=slot) is None
    assert kinds_to(alice.email) == ["booking_not_moved", "booking_not_moved"]
    alices_booking.refresh_from_db()
    assert alices_booking.surgery == surgery


def test_nothing_can_be_changed_once_the_slot_has_begun(surgery, alices_booking):
    begun = alices_booking.slot.starts_at
    with pytest.raises(BookingClosed):
        move(booking=alices_booking, slot=surgery.slots.last(), now=begun)
    with pytest.raises(BookingClosed):
        cancel(booking=alices_booking, now=begun)
    with pytest.raises(BookingClosed):
        edit_answers(booking=alices_booking, answers=Answers(question="Late"), now=begun)


def test_cancelling_frees_the_seat_and_remembers_the_slot_it_held(surgery, alices_booking):
    slot = alices_booking.slot
    cancelled = cancel(booking=alices_booking)
    assert (cancelled.state, cancelled.seat, cancelled.slot) == ("cancelled", None, slot)
    assert surgery.seats.filter(slot=slot, booking=None).count() == 2
    assert kinds_to(cancelled.attendee.email) == ["booking_cancelled"]


def test_cancelling_twice_is_cancelling_once(alices_booking):
    first = cancel(booking=alices_booking)
    assert cancel(booking=alices_booking).cancelled_at == first.cancelled_at
    assert len(kinds_to(first.attendee.email)) == 1


def test_answers_can_be_changed_and_the_same_again_sends_nothing(alices_booking):
    answers = Answers(topics=[TopicFactory.create()], question="Can I say this?")
    for _ in range(2):
        edited = edit_answers(booking=alices_booking, answers=answers)
    assert edited.question == "Can I say this?"
    assert list(edited.topics.all()) == list(answers.topics)
    assert kinds_to(edited.attendee.email) == ["booking_changed"]


def test_a_mistyped_address_is_put_right_and_the_old_link_withdrawn(surgery):
    booking = BookingFactory.create(surgery=surgery, attendee__email="ada.lovelase@example.gov.uk")
    old_link = token_for(booking)
    assert correct_email(booking=booking, email="ada.lovelace@example.gov.uk")
    booking.refresh_from_db()
    assert booking.attendee.email == "ada.lovelace@example.gov.uk"
    assert kinds_to("ada.lovelace@example.gov.uk") == ["booking_booked"]
    assert kinds_to("ada.lovelase@example.gov.uk") == ["booking_sent_in_error"]
    assert not Attendee.objects.filter(email="ada.lovelase@example.gov.uk").exists()
    with pytest.raises(LinkWithdrawn):
        booking_for(old_link)
    assert booking_for(token_for(booking)) == booking


def test_the_old_address_is_told_what_is_true_of_a_new_address_and_of_a_mistyped_one(client, alices_booking):
    old_link = private(alices_booking)
    correct_email(booking=alices_booking, email="alice.married@example.gov.uk")
    email = write(OutboxEmail.objects.get(kind="booking_sent_in_error"))
    for said in (email.text, words_of(client.get(old_link))):
        assert "was meant for somebody else" not in said
        assert "sent to you by mistake" not in said
        assert "mistyped" in said
        assert "If the booking is yours" in said


def test_putting_an_address_right_takes_nothing_from_its_owner(surgery, alices_booking, bobs_booking, bob):
    assert not correct_email(booking=alices_booking, email=bob.email)
    alices_booking.refresh_from_db()
    assert alices_booking.attendee.email == "alice.adeyemi@example.gov.uk"
    assert kinds_to(bob.email) == ["already_booked"]


def test_somebody_known_for_something_else_is_not_forgotten(surgery, charlie):
    BookingFactory.create(attendee=charlie, cancelled=True, surgery=surgery)
    booking = BookingFactory.create(attendee=charlie, surgery=surgery)
    correct_email(booking=booking, email="ada.lovelace@example.gov.uk")
    assert Attendee.objects.filter(pk=charlie.pk).exists()


def test_a_name_put_right_is_that_of_an_attendee_known_by_nothing_else(surgery, charlie):
    booking = BookingFactory.create(attendee=charlie, surgery=surgery)
    for name, known in (("Charley", "Charley"), ("Charles", "Charley")):
        assert correct_name(booking=booking, name=name).name == name
        charlie.refresh_from_db()
        assert charlie.name == known
        BookingFactory.create(attendee=charlie, cancelled=True)
    assert kinds_to(charlie.email) == ["booking_changed", "booking_changed"]


@pytest.mark.parametrize("spoil", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "é.1.x"])
def test_a_link_that_nobody_was_given_names_no_booking(alices_booking, spoil):
    with pytest.raises(LinkWrong):
        booking_for(spoil(token_for(alices_booking)))


def test_a_link_signed_with_an_older_key_still_works(alices_booking, settings):
    token = token_for(alices_booking)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" * 6
    assert booking_for(token) == alices_booking
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(LinkWrong):
        booking_for(token)
