"""What can still be done with a booking once its attendee is here: nothing that would take it elsewhere."""

from datetime import timedelta

import pytest
import time_machine

from bookings.errors import BookingClosed, DoorsClosed
from bookings.models import Attendee, Booking, Visit
from bookings.services.attending import check_in, end_of_day, walk_in
from bookings.services.booking import Answers, cancel, correct_email, correct_name, edit_answers, move
from bookings.services.waiting import hand_back
from tests.bookings.pages import private, words_of
from tests.factories import BookingFactory, SurgeryFactory, UserFactory

pytestmark = pytest.mark.django_db
EARLY = timedelta(minutes=30)


@pytest.fixture
def next_week(surgery):
    return SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=7))


@pytest.fixture(params=["seat", "place in line"])
def here(request, surgery):
    """A booking of somebody who came half an hour early."""
    booking = BookingFactory.create(surgery=surgery, waiting=request.param == "place in line")
    check_in(booking=booking, now=surgery.starts_at - EARLY)
    return booking


def test_whoever_is_here_moves_to_no_other_surgery_and_is_here_by_that_address(surgery, here, next_week):
    now = surgery.starts_at - EARLY
    for act in (
        lambda: move(booking=here, slot=next_week.slots.first(), now=now),
        lambda: correct_email(booking=here, email="ada@example.gov.uk", now=now),
    ):
        with pytest.raises(BookingClosed):
            act()
    assert Visit.objects.get().attendee == Booking.objects.get().attendee == here.attendee
    assert not Attendee.objects.filter(email="ada@example.gov.uk").exists()


def test_everything_else_is_possible(surgery, here):
    now = surgery.starts_at - EARLY
    move(booking=here, slot=surgery.slots.last(), now=now)
    correct_name(booking=here, name="Ada Lovelace", now=now)
    edit_answers(booking=here, answers=Answers(question="How do I mute somebody?"), now=now)
    cancel(booking=here, now=now)
    assert Visit.objects.get().surgery == Booking.objects.get().surgery


def test_handing_the_seat_back_leaves_them_here(surgery):
    surgery.cutoff_minutes = 0
    surgery.save()
    booking = BookingFactory.create(surgery=surgery)
    now = surgery.starts_at - EARLY
    check_in(booking=booking, now=now)
    hand_back(booking=booking, suits=[surgery.slots.last()], now=now)
    assert Visit.objects.get().surgery == surgery


@pytest.mark.parametrize("state", [{}, {"waiting": True}])
def test_the_page_says_that_they_are_here_and_offers_neither(client, surgery, next_week, state):
    booking = BookingFactory.create(surgery=surgery, **state)
    elsewhere = ("move/", f"move/{next_week.reference}/", "email/")
    sent = {"slot": next_week.slots.first().pk, "email": "ada@example.gov.uk"}
    with time_machine.travel(surgery.starts_at - EARLY, tick=False):
        offered = client.get(private(booking)).content.decode()
        assert 'href="move/"' in offered
        assert 'href="email/"' in offered
        assert "You are here" not in offered
        check_in(booking=booking)
        page = client.get(private(booking))
        assert "You are here" in words_of(page)
        for address in elsewhere:
            assert f'href="{address}"' not in page.content.decode()
            assert client.get(private(booking, address)).status_code == 303
            pressed = client.post(private(booking, address), sent, follow=True)
            assert "That was not possible any more." in words_of(pressed)
    assert Booking.objects.get() == Visit.objects.get().attendee.bookings.get(surgery=surgery)


def test_whoever_moved_meanwhile_is_expected_at_the_other_surgery(surgery, next_week):
    booking = BookingFactory.create(surgery=surgery)
    as_shown = Booking.objects.select_related("surgery").get(pk=booking.pk)
    now = surgery.starts_at - EARLY
    move(booking=booking, slot=next_week.slots.first(), now=now)
    with pytest.raises(DoorsClosed):
        check_in(booking=as_shown, now=now)
    assert not Visit.objects.exists()


def test_a_host_who_adds_somebody_who_was_done_calls_them_back_until_midnight(surgery, alices_booking):
    for email in ("ada@example.gov.uk", alices_booking.attendee.email):
        visit = walk_in(surgery=surgery, name="Ada", email=email, now=surgery.starts_at)
        Visit.objects.update(left_at=surgery.ends_at)
        again = walk_in(surgery=surgery, name="Ada", email=email, now=surgery.starts_at)
        assert (again, again.left_at) == (visit, None)
    Visit.objects.update(left_at=surgery.ends_at)
    organiser = UserFactory.create(organiser=True)
    late = walk_in(surgery=surgery, name="Ada", email="ada@example.gov.uk", by=organiser, now=end_of_day(surgery))
    assert late.left_at == surgery.ends_at
