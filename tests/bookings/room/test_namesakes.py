"""Whoever mistyped their address at the door walks in, and is joined with what they booked by one press of a host."""

import pytest
from django.urls import reverse

from bookings.errors import SomebodyWasFaster
from bookings.models import Attendee, Booking, Visit
from bookings.services.attending import check_in, come_in, recognise, walk_in
from bookings.services.booking import cancel
from bookings.services.room import sit_down
from tests.bookings.room.pages import press, read
from tests.factories import BookingFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db
TYPED = "alice.adeyem@example.gov.uk"
ASKED = "A Alice Adeyemi booked 10am and is not here yet. That is them"


@pytest.fixture
def host(amina):
    return amina.champion.user


@pytest.fixture
def walker(surgery, alices_booking, host) -> Visit:
    return walk_in(surgery=surgery, name="alice  adeyemi", email=TYPED)


def test_the_room_asks_whether_it_is_them_and_one_press_says_so(phone, surgery, alices_booking, walker):
    assert ASKED in read(phone, surgery)

    said = press(phone, surgery, visit=walker.pk, recognise=alices_booking.pk)

    assert "Alice Adeyemi is here with their booking." in said
    assert "Alice Adeyemi 10am, here since" in said
    assert "Not here yet 0" in said
    visit = Visit.objects.get()
    assert (visit.attendee, visit.booking, visit.name) == (alices_booking.attendee, alices_booking, "Alice Adeyemi")
    assert not Attendee.objects.filter(email=TYPED).exists(), "nobody writes to a mistyped address"


def test_it_asks_as_well_while_they_are_being_helped_and_the_help_stays_theirs(
    phone, surgery, alices_booking, walker, amina, host
):
    sit_down(visit=walker, shift=amina, by=host)
    assert ASKED in read(phone, surgery)
    press(phone, surgery, visit=walker.pk, recognise=alices_booking.pk)
    assert alices_booking.attendee.visits.get().helps.count() == 1


@pytest.mark.parametrize("name", ["Alice", "Alice Adeyemi-Jones", "Bob O’Brien"])
def test_it_asks_of_nobody_else(phone, surgery, alices_booking, name):
    walk_in(surgery=surgery, name=name)
    assert "That is them" not in read(phone, surgery)


def test_it_does_not_ask_once_whoever_booked_is_here(phone, surgery, alices_booking, walker):
    check_in(booking=alices_booking)
    assert "That is them" not in read(phone, surgery)


def test_pressed_twice_it_changes_nothing_more(alices_booking, walker, host):
    first = recognise(visit=walker, booking=alices_booking, by=host)
    assert recognise(visit=walker, booking=alices_booking, by=host) == first


def test_of_an_address_under_which_more_is_known_nothing_is_forgotten(surgery, alices_booking, charlie, host):
    BookingFactory.create(attendee=charlie)
    visit = walk_in(surgery=surgery, name="Alice Adeyemi", email=charlie.email)
    recognise(visit=visit, booking=alices_booking, by=host)
    assert Attendee.objects.filter(pk=charlie.pk).exists()


def test_who_is_here_already_is_not_joined_with_anybody(surgery, alices_booking, walker, host):
    come_in(surgery=surgery, email=alices_booking.attendee.email)
    with pytest.raises(SomebodyWasFaster):
        recognise(visit=walker, booking=alices_booking, by=host)
    assert Visit.objects.count() == 2


def test_nor_is_who_has_booked_under_the_address_that_they_gave(surgery, alices_booking, bobs_booking, host):
    bob = check_in(booking=bobs_booking)
    with pytest.raises(SomebodyWasFaster):
        recognise(visit=bob, booking=alices_booking, by=host)


def test_whoever_cancelled_meanwhile_walked_in_and_the_room_says_it(phone, surgery, bobs_booking):
    walker = walk_in(surgery=surgery, name=bobs_booking.name)
    cancel(booking=bobs_booking)
    assert "has moved or cancelled a moment ago" in press(phone, surgery, visit=walker.pk, recognise=bobs_booking.pk)
    assert Visit.objects.get().booking is None


def test_a_booking_of_another_surgery_is_none_here(phone, surgery, walker):
    elsewhere = BookingFactory.create(attendee__name="Alice Adeyemi")
    press(phone, surgery, visit=walker.pk, recognise=elsewhere.pk)
    assert Booking.objects.get(pk=elsewhere.pk).attendee.visits.count() == 0
    assert Visit.objects.get().attendee.email == TYPED


def test_only_hosts_and_organisers_say_so(client, surgery, alices_booking, walker):
    client.force_login(UserFactory.create())
    address = reverse("bookings:act", args=[surgery.reference])
    assert client.post(address, {"visit": walker.pk, "recognise": alices_booking.pk}).status_code == 404
    assert Visit.objects.get().attendee.email == TYPED
    assert VisitFactory.create(surgery=surgery).booking is None
