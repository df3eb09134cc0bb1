"""The page of the private link: what is true now, whatever was true when the link was made."""

from datetime import timedelta

import pytest
import time_machine

from bookings.links import token_for
from bookings.models import Booking
from bookings.services.booking import cancel
from bookings.services.diary import call_off
from notifications.models import OutboxEmail
from surgeries.templatetags.times import day
from tests.bookings.letters import write
from tests.bookings.pages import filled_in, page_of, private, title_of, words_of
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    GradeFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

PAGES = (
    "",
    "calendar.ics",
    "email/",
    "name/",
    "answers/",
    "evidence/",
    "cancel/",
    "change/",
    "move/",
    "wait/",
    "thanks/",
)


def say(client, booking, page="", **query):
    return words_of(client.get(private(booking, page), query))


def test_it_says_when_where_and_with_whom_first(client, surgery, alices_booking):
    champion = ChampionFactory.create(name="Amina Yusuf", topics=[TopicFactory.create(name="LinkedIn")])
    ShiftFactory.create(surgery=surgery, champion=champion)
    words = say(client, alices_booking)
    facts = ("When", "10am to 10:20am", "Where", str(surgery.venue), "With", "Amina Yusuf : LinkedIn")
    places = [words.index(fact, words.index("When")) for fact in facts]
    assert places == sorted(places)
    assert words.index("With Amina Yusuf") < words.index("You asked")
    assert "Past reception, second door on the left." in words


def test_it_says_what_they_told_us(client, surgery, alice):
    booking = BookingFactory.create(
        surgery=surgery, attendee=alice, is_unsure=True, question="Where do I start?", adjustments="A quiet corner",
        team=TeamFactory.create(name="Press office"),
    )  # fmt: skip
    booking.topics.add(TopicFactory.create(name="LinkedIn"))
    booking.symptoms.add(SymptomFactory.create(words="I read a lot but never post"))
    words = say(client, booking)
    for said in ("Where do I start?", "A quiet corner", "Press office", "LinkedIn", "I read a lot but never post",
                 "Not sure yet, and that is fine", alice.email, alice.name):  # fmt: skip
        assert said in words


def test_what_they_did_not_tell_us_can_be_told_later(client, alices_booking):
    page = client.get(private(alices_booking))
    words = words_of(page)
    assert "You asked Nothing yet Change" in words
    assert "To make it easier Not said Change" in words
    assert "Team Not said Change" in words
    for where in ("answers/#id_adjustments", "answers/#id_team", "name/"):
        assert f'href="{where}"' in page.content.decode()


def test_what_somebody_types_is_shown_as_they_typed_it_and_never_run(client, surgery):
    booking = BookingFactory.create(surgery=surgery, question="<script>alert(1)</script>", name="Ada & Co")
    page = client.get(private(booking)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Ada &amp; Co" in page


def test_right_after_booking_it_confirms_and_lets_the_address_be_put_right(client, alices_booking):
    page = client.get(private(alices_booking), {"done": "booked"})
    assert title_of(page).startswith("You have a seat")
    assert "We have emailed the details to alice.adeyemi@example.gov.uk" in words_of(page)
    assert 'action="email/"' in page.content.decode()


def test_only_what_the_page_knows_can_have_been_done(client, alices_booking):
    assert say(client, alices_booking, done="<b>Send us money</b>") == say(client, alices_booking)


def test_the_evidence_is_asked_with_the_reason_why_until_some_of_it_is_given(client, alices_booking):
    assert "for as long as we can show whom they help" in say(client, alices_booking)
    alices_booking.office, alices_booking.grade = OfficeFactory.create(), GradeFactory.create()
    alices_booking.save()
    words = say(client, alices_booking)
    assert "for as long as we can show whom they help" not in words
    assert "Change your answers" in words


@pytest.mark.parametrize(("ahead", "words"), [(0, "first"), (1, "second"), (2, "third"), (10, "11th")])
def test_somebody_who_waits_sees_their_place_in_words(client, ahead, words):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    BookingFactory.create(surgery=surgery)
    BookingFactory.create_batch(ahead, surgery=surgery, waiting=True)
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    assert f"You are {words} in line" in say(client, booking)


def test_somebody_who_waits_is_told_how_it_goes_on_and_when_it_stops(client, surgery):
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    booking.suits.add(surgery.slots.last())
    words = say(client, booking)
    assert "You do not have a seat yet." in words
    assert "You can also drop in without a seat" in words
    assert "A seat that comes free goes to the first in line whom it suits, at once." in words
    assert "This stops at 8am on" in words
    assert "10:40am to 11am" in words
    assert "Leave the waiting list" in words


def test_somebody_who_waits_is_told_of_free_seats_at_other_times(client, surgery):
    BookingFactory.create_batch(2, surgery=surgery, slot=surgery.slots.last())
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    booking.suits.add(surgery.slots.last())
    assert "There are free seats now: 10am, 10:20am." in say(client, booking)


def test_somebody_who_waits_is_told_about_clashes_but_not_of_their_own(client, surgery, alice):
    """Whoever booked with another's address has this page, so it says the same whether there is a clash or not."""
    booking = BookingFactory.create(surgery=surgery, attendee=alice, waiting=True)
    booking.suits.add(surgery.slots.first())
    without = say(client, booking)
    assert "If you have something else with us at that time, you are passed over and keep your place." in without
    assert "If you have nothing else with us then, you can take a free seat" in without
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at)
    BookingFactory.create(surgery=elsewhere, slot=elsewhere.slots.first(), attendee=alice)
    assert say(client, booking) == without


def test_past_the_cut_off_the_waiting_list_has_closed(client, surgery):
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    with time_machine.travel(surgery.cutoff_at):
        words = say(client, booking)
    assert "The waiting list has closed" in words
    assert f"no seat came free for you by 8am on {day(surgery.starts_at)}." in words
    assert "Take a free seat" in words


def test_a_cancelled_booking_is_thanked_for_and_offers_another(client, surgery, alices_booking):
    cancel(booking=alices_booking)
    words = say(client, alices_booking)
    assert "Your seat is free for somebody else. Thank you for telling us." in words
    assert "Book again" in words


def test_a_late_cancellation_is_thanked_for_as_well(client, surgery, alices_booking):
    with time_machine.travel(alices_booking.slot.starts_at - timedelta(minutes=1)):
        cancel(booking=alices_booking)
        assert "Thank you for telling us. It is never too late to tell us." in say(client, alices_booking)


def test_whoever_left_the_waiting_list_has_no_seat_to_speak_of(client, surgery):
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    cancel(booking=booking)
    words = say(client, booking, done="cancelled")
    assert "You have left the waiting list" in words
    assert "A seat that comes free goes to somebody else now. Thank you for telling us." in words
    assert "We have emailed you to confirm it. You need not do anything else." in words
    assert "seat is free" not in words


def test_a_surgery_that_is_called_off_says_why_and_where_to_go_instead(client, surgery, alices_booking):
    elsewhere = SurgeryFactory.create()
    call_off(surgery=surgery, reason="The café is being painted.")
    page = client.get(private(alices_booking))
    assert "This surgery is called off" in words_of(page)
    assert "The café is being painted." in words_of(page)
    assert elsewhere.get_absolute_url() in page.content.decode()


def test_during_its_time_the_page_still_shows_the_way(client, surgery, alices_booking):
    with time_machine.travel(alices_booking.slot.starts_at):
        words = say(client, alices_booking)
    assert "Your time is now" in words
    assert "Past reception, second door on the left." in words
    assert "Cancel" not in words


def test_afterwards_it_says_thank_you_and_what_is_next(client, surgery, alices_booking):
    with time_machine.travel(surgery.ends_at):
        elsewhere = SurgeryFactory.create()
        page = client.get(private(alices_booking))
    assert "Thank you for booking." in words_of(page)
    assert elsewhere.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_wrong_link_is_explained(client, alices_booking, page):
    response = client.get(private(alices_booking, page).replace(token_for(alices_booking), "nonsense"))
    assert response.status_code == 404
    assert "We do not know this link" in words_of(response)
    assert "Your link also stops working if you asked us to remove you" in words_of(response)
    assert "book there once more with the same email address" in words_of(response)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_that_was_replaced_is_explained_and_shows_nothing(client, alices_booking, page):
    old = private(alices_booking, page)
    alices_booking.link_number += 1
    alices_booking.save()
    for response in (client.get(old), client.post(old)):
        assert response.status_code == 410
        assert "This link has been replaced" in words_of(response)
        assert "book there once more with the address that you have now" in words_of(response)
        assert "Alice" not in response.content.decode()


@pytest.mark.parametrize("state", [{}, {"waiting": True}])
def test_whoever_has_lost_the_link_books_once_more_and_is_sent_it(client, surgery, alice, state):
    """As the pages about a link that does not work say."""
    booking = BookingFactory.create(surgery=surgery, attendee=alice, **state)
    client.post(page_of(surgery), filled_in(surgery.slots.last(), email=alice.email))
    assert Booking.objects.get() == booking
    assert private(booking) in write(OutboxEmail.objects.get(kind="already_booked")).text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("token", ["good", "wrong"])
def test_no_page_of_the_link_is_kept_listed_or_named_to_others(client, alices_booking, page, token):
    address = private(alices_booking, page)
    response = client.get(address if token == "good" else address.replace("/bookings/", "/bookings/x"))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "strict-origin"
    assert "noindex" in response["X-Robots-Tag"]


def test_a_form_that_comes_back_with_errors_is_kept_for_the_back_button_and_by_no_proxy(client, alices_booking):
    response = client.post(private(alices_booking, "email/"), {"email": "alice@"})
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", ["confirmed", "waiting", "cancelled"])
def test_the_token_stands_in_no_page(client, surgery, page, state):
    booking = BookingFactory.create(surgery=surgery, **({} if state == "confirmed" else {state: True}))
    SurgeryFactory.create()
    response = client.get(private(booking, page))
    assert token_for(booking) not in response.content.decode()


def test_the_calendar_file_is_of_this_booking_and_holds_no_link(client, alices_booking):
    response = client.get(private(alices_booking, "calendar.ics"))
    calendar = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert "METHOD:PUBLISH" in calendar
    assert alices_booking.calendar_uid in calendar
    assert "/bookings/" not in calendar


def test_somebody_who_waits_has_no_time_for_the_calendar(client, surgery):
    booking = BookingFactory.create(surgery=surgery, waiting=True)
    assert client.get(private(booking, "calendar.ics"))["Location"] == private(booking)
