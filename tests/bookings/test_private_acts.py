"""Acting by the private link: every act is confirmed on the page."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings.models import Booking
from bookings.services.booking import correct_email
from notifications.models import OutboxEmail
from tests.bookings.pages import private, slots_on, title_of, words_of
from tests.bookings.private_acts import in_line, kinds, press
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    GradeFactory,
    OfficeFactory,
    SurgeryFactory,
    SymptomFactory,
    TopicFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(surgery):
    return in_line(surgery)


# ── another slot ──────────────────────────────────────────────────────────────────────────────────────────────
def test_another_slot_is_taken_and_confirmed(client, surgery, alices_booking):
    last = surgery.slots.last()
    page = press(client, alices_booking, "change/", slot=last.pk)
    assert page.redirect_chain[0][1] == 303
    assert "Your booking has moved." in words_of(page)
    assert "10:40am to 11am" in words_of(page)
    assert kinds() == ["booking_moved"]


def test_the_slot_that_one_has_and_full_ones_are_shown_and_cannot_be_chosen(client, surgery, alices_booking):
    first, second, third = surgery.slots.all()
    BookingFactory.create_batch(2, surgery=surgery, slot=second)
    assert slots_on(client.get(private(alices_booking, "change/"))) == {
        str(first.pk): ("You have this one", "disabled"),
        str(second.pk): ("Full", "disabled"),
        str(third.pk): ("2 seats left", "free"),
    }


def test_a_slot_that_fills_meanwhile_leaves_the_old_seat(client, surgery, alices_booking):
    last = surgery.slots.last()
    BookingFactory.create_batch(2, surgery=surgery, slot=last)
    response = client.post(private(alices_booking, "change/"), {"slot": last.pk, "seen": alices_booking.version})
    assert response.status_code == 409
    assert title_of(response).startswith("Error: ")
    assert "Somebody took the 10:40am seat a moment ago. These times are still free." in words_of(response)
    assert Booking.objects.get(pk=alices_booking.pk).slot == surgery.slots.first()


def test_a_slot_that_begins_meanwhile_is_taken_no_more(client, surgery, alice):
    booking = BookingFactory.create(surgery=surgery, attendee=alice, slot=surgery.slots.last())
    with time_machine.travel(surgery.slots.first().starts_at):
        page = press(client, booking, "change/", slot=surgery.slots.first().pk)
    assert "That was not possible any more. Nothing was changed." in words_of(page)


def test_without_a_choice_the_page_asks_for_one(client, alices_booking):
    response = client.post(private(alices_booking, "change/"), {"seen": alices_booking.version})
    assert "Choose a time" in words_of(response)
    assert title_of(response).startswith("Error: ")


def test_somebody_who_waits_takes_a_free_seat(client, surgery, waiting):
    page = press(client, waiting, "change/", slot=surgery.slots.last().pk)
    assert "Your booking has moved." in words_of(page)
    assert Booking.objects.get(pk=waiting.pk).is_confirmed


# ── another surgery ───────────────────────────────────────────────────────────────────────────────────────────
def test_only_other_surgeries_with_free_seats_are_offered(client, surgery, alices_booking):
    free, full = SurgeryFactory.create(), SurgeryFactory.create(slots=1, seats=1)
    BookingFactory.create(surgery=full)
    page = client.get(private(alices_booking, "move/")).content.decode()
    assert f'href="{free.reference}/"' in page
    assert full.reference not in page
    assert surgery.reference not in page


def test_surgeries_at_the_same_office_come_first_among_those_to_move_to(client, alices_booking):
    later = SurgeryFactory.create(venue__office=alices_booking.surgery.venue.office, starts_at=local(20))
    sooner = SurgeryFactory.create(starts_at=local(10))
    page = client.get(private(alices_booking, "move/")).content.decode()
    headings = [f"In {later.venue.office}", later.reference, "At other offices", sooner.reference]
    assert sorted(headings, key=page.index) == headings


def test_on_every_page_of_those_to_move_to_it_says_whose_they_are(client, alices_booking):
    SurgeryFactory.create(venue__office=alices_booking.surgery.venue.office)
    SurgeryFactory.create_batch(20)
    words = words_of(client.get(private(alices_booking, "move/"), {"page": 2}))
    assert "At other offices" in words
    assert f"In {alices_booking.surgery.venue.office}" not in words


def test_when_none_is_free_the_page_says_what_else_there_is(client, alices_booking):
    page = words_of(client.get(private(alices_booking, "move/")))
    assert "No other surgery has a free seat at the moment." in page
    assert "join a waiting list there" in page


def test_a_booking_moves_to_another_surgery_and_keeps_its_link(client, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=local(days=9))
    link = private(alices_booking)
    assert client.get(private(alices_booking, f"move/{elsewhere.reference}/")).status_code == 200
    page = press(client, alices_booking, f"move/{elsewhere.reference}/", slot=elsewhere.slots.last().pk)
    assert page.redirect_chain == [(f"{link}?done=moved", 303)]
    assert str(elsewhere.venue) in words_of(page)


def test_somebody_with_something_else_at_that_time_reads_so_there_and_by_email_what(client, alice, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=local(days=9))
    BookingFactory.create(surgery=elsewhere, attendee=alice, name="Secret Name", slot=elsewhere.slots.first())
    page = press(client, alices_booking, f"move/{elsewhere.reference}/", slot=elsewhere.slots.last().pk)
    assert (page.status_code, page.redirect_chain) == (409, [])
    assert title_of(page).startswith("Error: ")
    assert "Nothing has changed, and our email says why." in words_of(page)
    assert slots_on(page)[str(elsewhere.slots.last().pk)] == ("2 seats left", "chosen"), "nothing is lost"
    for secret in ("Secret Name", alice.email):
        assert secret not in words_of(page)
    assert Booking.objects.get(pk=alices_booking.pk).surgery == alices_booking.surgery
    assert kinds() == ["booking_not_moved"]


def test_an_address_that_was_put_right_meanwhile_is_told_as_well(client, alices_booking):
    elsewhere = SurgeryFactory.create(starts_at=local(days=9))
    right = AttendeeFactory.create()
    for attendee in (alices_booking.attendee, right):
        BookingFactory.create(surgery=elsewhere, attendee=attendee)
    press(client, alices_booking, f"move/{elsewhere.reference}/", slot=elsewhere.slots.last().pk)
    correct_email(booking=alices_booking, email=right.email)
    alices_booking.refresh_from_db()
    press(client, alices_booking, f"move/{elsewhere.reference}/", slot=elsewhere.slots.last().pk)
    assert OutboxEmail.objects.filter(kind="booking_not_moved", recipient=right.email).exists()


@pytest.mark.parametrize("state", ["called_off", "draft"])
def test_a_surgery_that_cannot_be_booked_leads_back_to_the_others(client, alices_booking, state):
    closed = SurgeryFactory.create(**{state: True})
    for response in (
        client.get(private(alices_booking, f"move/{closed.reference}/")),
        client.post(private(alices_booking, f"move/{closed.reference}/"), {"slot": closed.slots.first().pk}),
    ):
        assert (response.status_code, response["Location"]) == (303, "../")


# ── answers, evidence, address ────────────────────────────────────────────────────────────────────────────────
def test_answers_are_shown_and_changed(client, surgery):
    old, new, symptom = TopicFactory.create(), TopicFactory.create(), SymptomFactory.create()
    booking = BookingFactory.create(surgery=surgery, is_unsure=True, question="Where do I start?")
    booking.topics.add(old)
    page = client.get(private(booking, "answers/")).content.decode()
    assert f'value="{old.pk}" checked' in page
    assert 'value="unsure" checked' in page
    assert "Where do I start?</textarea>" in page
    page = press(client, booking, "answers/", topics=new.pk, symptoms=symptom.pk, question="Can I say this?")
    assert "Thank you. Your hosts see what you told us." in words_of(page)
    booking.refresh_from_db()
    assert (list(booking.topics.all()), list(booking.symptoms.all())) == ([new], [symptom])
    assert (booking.is_unsure, booking.question) == (False, "Can I say this?")
    assert kinds() == ["booking_changed"]


def test_evidence_is_kept_and_can_be_taken_back(client, alices_booking):
    office, grade = OfficeFactory.create(), GradeFactory.create()
    page = press(client, alices_booking, "evidence/", office=office.pk, grade=grade.pk, feeling="sceptical")
    assert "That helps us to see who comes" in words_of(page)
    alices_booking.refresh_from_db()
    assert (alices_booking.office, alices_booking.grade, alices_booking.feeling) == (office, grade, "sceptical")
    page = press(client, alices_booking, "evidence/", office="", grade="", feeling="")
    assert "That is fine. None of it is kept" in words_of(page)
    alices_booking.refresh_from_db()
    assert not alices_booking.has_evidence
    assert kinds() == []


def test_a_mistyped_address_is_put_right_and_leads_to_the_new_link(client, alices_booking):
    old = private(alices_booking)
    page = press(client, alices_booking, "email/", email=" Alice.A@Example.gov.uk")
    alices_booking.refresh_from_db()
    assert page.redirect_chain == [(f"{private(alices_booking)}?done=email", 303)]
    assert "We have sent everything to alice.a@example.gov.uk." in words_of(page)
    assert client.get(old).status_code == 410
    assert sorted(kinds()) == ["booking_booked", "booking_sent_in_error"]


def test_a_mistyped_name_is_put_right(client, alices_booking):
    assert 'value="Alice Adeyemi"' in client.get(private(alices_booking, "name/")).content.decode()
    for _ in range(2):
        page = press(client, alices_booking, "name/", name=" Alicia  Adeyemi ")
    assert "That is the name that your host will see." in words_of(page)
    assert Booking.objects.get(pk=alices_booking.pk).name == "Alicia Adeyemi"
    assert kinds() == ["booking_changed"]


def test_an_address_that_has_a_booking_there_is_only_told_by_email(client, alices_booking, bobs_booking, bob):
    page = press(client, alices_booking, "email/", email=bob.email)
    assert page.redirect_chain == [("/emailed/", 303)]
    assert bob.name not in page.content.decode()
    assert kinds() == ["already_booked"]


def test_asking_for_that_address_again_tells_it_once_a_day(client, alices_booking, bobs_booking, bob):
    for days, emails in ((0, 1), (0, 1), (1, 2)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert press(client, alices_booking, "email/", email=bob.email).redirect_chain == [("/emailed/", 303)]
        assert len(kinds()) == emails


def test_an_address_of_another_domain_is_refused_and_kept(client, alices_booking):
    response = client.post(private(alices_booking, "email/"), {"email": "alice@gmail.example"})
    assert "Use your work email address." in words_of(response)
    assert 'value="alice@gmail.example"' in response.content.decode()


def test_the_same_address_again_changes_nothing(client, alice, alices_booking):
    page = press(client, alices_booking, "email/", email=f" {alice.email.title()}")
    assert "That is the address we have." in words_of(page)
    assert title_of(page).startswith("Error: ")
    assert Booking.objects.get(pk=alices_booking.pk).link_number == alices_booking.link_number
    assert kinds() == []


# ── cancelling, waiting ───────────────────────────────────────────────────────────────────────────────────────
def test_cancelling_takes_two_presses(client, alices_booking):
    assert "Cancel your booking?" in words_of(client.get(private(alices_booking, "cancel/")))
    assert Booking.objects.get(pk=alices_booking.pk).is_confirmed
    page = press(client, alices_booking, "cancel/", reason="Something else came up")
    assert "Your seat is free for somebody else. Thank you for telling us." in words_of(page)
    assert "We have emailed you, so that your calendar knows as well." in words_of(page)
    alices_booking.refresh_from_db()
    assert (alices_booking.is_cancelled, alices_booking.cancelled_reason) == (True, "Something else came up")
    assert kinds() == ["booking_cancelled"]


@pytest.mark.parametrize("state", [{}, {"waiting": True}])
def test_once_the_surgery_is_over_no_seat_there_is_said_to_be_free(client, surgery, state):
    booking = BookingFactory.create(surgery=surgery, **state)
    press(client, booking, "cancel/")
    with time_machine.travel(surgery.ends_at + timedelta(days=30)):
        words = words_of(client.get(private(booking)))
    assert "Thank you for telling us." in words
    for untrue in ("is free for somebody else", "goes to somebody else now"):
        assert untrue not in words


def test_nobody_has_to_say_why(client, alices_booking):
    press(client, alices_booking, "cancel/")
    assert Booking.objects.get(pk=alices_booking.pk).is_cancelled


def test_leaving_the_waiting_list_takes_two_presses(client, waiting):
    assert "Leave the waiting list?" in words_of(client.get(private(waiting, "cancel/")))
    assert "You have left the waiting list" in words_of(press(client, waiting, "cancel/"))


def test_a_seat_is_handed_back_for_a_place_in_line(client, surgery, alices_booking):
    for slot in surgery.slots.all()[1:]:
        BookingFactory.create_batch(2, surgery=surgery, slot=slot)
    page = press(client, alices_booking, "wait/", holds=alices_booking.slot.pk)
    assert "You are first in line" in words_of(page)
    assert "Your seat is free for somebody else." in words_of(page)
    assert kinds() == ["booking_handed_back"]


def test_whoever_hands_a_seat_back_gets_a_free_one_that_suits_at_once(client, surgery, alices_booking):
    page = press(client, alices_booking, "wait/", holds=alices_booking.slot.pk, suits=surgery.slots.last().pk)
    assert "Your booking has moved." in words_of(page)
    assert Booking.objects.get(pk=alices_booking.pk).slot == surgery.slots.last()
    assert kinds() == ["booking_handed_back", "booking_moved"]  # the first is overtaken, and not sent


def test_before_handing_back_one_sees_which_times_are_free(client, surgery, alices_booking):
    *_, other, last = surgery.slots.all()
    BookingFactory.create_batch(2, surgery=surgery, slot=other)
    page = words_of(client.get(private(alices_booking, "wait/")))
    assert "10:40am to 11am A seat is free now" in page
    assert page.count("A seat is free now") == 1
    assert "take another time and keep yours until you have it" in page
    BookingFactory.create_batch(2, surgery=surgery, slot=last)
    assert "free now" not in words_of(client.get(private(alices_booking, "wait/")))


def test_in_a_surgery_of_one_time_nobody_is_asked_to_hand_back_for_another(client):
    booking = BookingFactory.create(surgery=SurgeryFactory.create(slots=1))
    assert "Hand your seat back" not in words_of(client.get(private(booking)))
    page = press(client, booking, "wait/", holds=booking.slot.pk)
    assert "Nobody else waits for that time, so the seat is still yours." in words_of(page)


def test_whoever_waits_changes_which_times_suit_and_keeps_the_place(client, surgery, waiting):
    BookingFactory.create_batch(2, surgery=surgery, slot=surgery.slots.last())
    page = press(client, waiting, "wait/", suits=[surgery.slots.first().pk, surgery.slots.last().pk])
    assert "Now we know which times suit you." in words_of(page)
    assert "You are first in line" in words_of(page)


def test_whoever_says_that_a_free_time_suits_gets_the_seat_at_once(client, surgery, waiting):
    page = press(client, waiting, "wait/", suits=surgery.slots.last().pk)
    assert "A seat was free, and it is yours." in words_of(page)


def test_past_the_cut_off_nobody_hands_back_to_wait(client, surgery, alices_booking):
    with time_machine.travel(surgery.cutoff_at):
        assert "wait/" not in client.get(private(alices_booking)).content.decode()
        for response in (
            client.get(private(alices_booking, "wait/"), follow=True),
            press(client, alices_booking, "wait/", holds=alices_booking.slot.pk),
        ):
            assert "That was not possible any more." in words_of(response)
    assert Booking.objects.get(pk=alices_booking.pk).is_confirmed
