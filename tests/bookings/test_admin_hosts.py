"""Who hosts, kept on the administration page of a surgery."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.booking import cancel
from bookings.services.waiting import settle
from notifications.models import OutboxEmail
from tests.admin_forms import complaints, send, shown
from tests.bookings.pages import ADA, filled_in, page_of
from tests.factories import BookingFactory, ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db
CHANGE = "surgeries_surgery_change"
HOSTS = "shifts"


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


def test_a_champion_hosts_for_the_whole_surgery_unless_times_are_given(client):
    surgery = SurgeryFactory()
    one, two = ChampionFactory(), ChampionFactory()
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": one.pk})) == ""
    part = {f"{HOSTS}-1-who": two.pk, f"{HOSTS}-1-begins": "10:20", f"{HOSTS}-1-ends": "10:40"}
    assert complaints(send(client, CHANGE, surgery.pk, **part)) == ""
    assert [(shift.starts_at, shift.ends_at) for shift in surgery.shifts.order_by("id")] == [
        (surgery.starts_at, surgery.ends_at),
        (local(hour=10, minute=20), local(hour=10, minute=40)),
    ]


def test_nobody_hosts_at_two_tables_at_once(client):
    elsewhere = ShiftFactory(champion__name="Ada")
    surgery = SurgeryFactory()
    words = complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": elsewhere.champion.pk}))
    assert f"Ada hosts at {elsewhere.surgery.venue} then, 10am to 11am." in words
    assert not surgery.shifts.exists()


def test_not_even_if_both_are_added_at_the_same_moment(client, monkeypatch):
    """The form's own look is switched off: the database's exclusion constraint is put into the same words."""
    from bookings.admin.forms import RowForm, ShiftForm

    monkeypatch.setattr(ShiftForm, "clean", RowForm.clean)
    elsewhere = ShiftFactory(champion__name="Ada")
    surgery = SurgeryFactory()
    words = complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": elsewhere.champion.pk}))
    assert "Ada hosts already at" in words
    assert not surgery.shifts.exists()


def test_the_same_champion_twice_on_one_page_hosts_once(client):
    surgery, ada = SurgeryFactory(), ChampionFactory(name="Ada")
    address = reverse(f"admin:{CHANGE}", args=[surgery.pk])
    data = shown(client.get(address)) | {f"{HOSTS}-TOTAL_FORMS": 2, f"{HOSTS}-0-who": ada.pk, f"{HOSTS}-1-who": ada.pk}
    part = {f"{HOSTS}-1-begins": "10:20", f"{HOSTS}-1-ends": "10:40"}
    assert "Ada hosts already" in complaints(client.post(address, data | part))
    assert not surgery.shifts.exists()
    assert complaints(client.post(address, data)) == ""
    assert surgery.shifts.get().champion == ada


def test_a_champion_who_booked_a_seat_for_that_time_cannot_host_then(client):
    mine = BookingFactory(attendee__email="ada@example.gov.uk")
    ada = ChampionFactory(name="Ada", user=UserFactory(email="ada@example.gov.uk"))
    surgery = SurgeryFactory()
    words = complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": ada.pk}))
    assert "Ada has booked a seat for that time" in words
    Booking.objects.filter(pk=mine.pk).update(
        state="cancelled", seat=None, cancelled_at=timezone.now(), canceller="attendee", cancelled_reason="gone"
    )
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": ada.pk})) == ""


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"begins": "09:00"}, "within the surgery"),
        ({"ends": "13:00"}, "within the surgery"),
        ({"begins": "10:40", "ends": "10:20"}, "end has to come after the start"),
    ],
)
def test_a_shift_outside_the_surgery_is_refused(client, times, words):
    surgery = SurgeryFactory()
    more = {f"{HOSTS}-0-{name}": value for name, value in times.items()}
    assert words in complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": ChampionFactory().pk}, **more))


def test_a_champion_taken_off_stays_on_record_and_is_free_again(client):
    shift = ShiftFactory()
    assert complaints(send(client, CHANGE, shift.surgery.pk, **{f"{HOSTS}-0-DELETE": "on"})) == ""
    shift.refresh_from_db()
    assert shift.ended_reason == "Taken off by an organiser"
    assert complaints(send(client, CHANGE, shift.surgery.pk, **{f"{HOSTS}-0-who": shift.champion.pk})) == ""


def test_a_champion_who_is_not_active_is_not_offered(client):
    gone = ChampionFactory(left=True)
    assert "valid choice" in complaints(send(client, CHANGE, SurgeryFactory().pk, **{f"{HOSTS}-0-who": gone.pk}))


CHAMPION = "champions_champion_change"


def test_a_champion_is_known_by_an_address_and_then_cannot_book_while_hosting(client, surgery):
    ada = ChampionFactory(name="Ada")
    assert complaints(send(client, CHAMPION, ada.pk, email=f" {ADA.title()} ")) == ""
    ada.refresh_from_db()
    assert (ada.user.email, ada.user.has_usable_password()) == (ADA, False)
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{HOSTS}-0-who": ada.pk})) == ""
    elsewhere = SurgeryFactory()
    told = Client().post(page_of(elsewhere), filled_in(elsewhere.slots.first()))
    assert told["Location"] == "/emailed/"
    assert not Booking.objects.exists()


def test_one_who_has_a_seat_while_hosting_is_not_known_by_that_address_until_it_is_given_up(client):
    shift = ShiftFactory(champion__name="Ada")
    booking = BookingFactory(attendee__email=ADA)
    assert "Ada has booked a seat for that time" in complaints(send(client, CHAMPION, shift.champion.pk, email=ADA))
    shift.champion.refresh_from_db()
    assert shift.champion.user is None
    cancel(booking=booking)
    assert complaints(send(client, CHAMPION, shift.champion.pk, email=ADA)) == ""
    assert violations() == {}


def test_whoever_hosts_no_more_because_the_address_is_taken_away_is_promoted_at_once(client):
    shift = ShiftFactory(champion__user=UserFactory(email=ADA))
    waiting = BookingFactory(attendee__email=ADA, waiting=True)
    settle(surgery=waiting.surgery)
    waiting.refresh_from_db()
    assert waiting.is_waiting
    assert complaints(send(client, CHAMPION, shift.champion.pk, email=None)) == ""
    waiting.refresh_from_db()
    assert waiting.is_confirmed
    assert OutboxEmail.objects.filter(kind="booking_promoted", recipient=ADA).exists()
    assert violations() == {}


def test_an_address_is_one_champions_and_can_be_taken_away(client):
    ada = ChampionFactory(name="Ada", user=UserFactory(email=ADA))
    other = ChampionFactory()
    assert f"{ADA} is the address of Ada." in complaints(send(client, CHAMPION, other.pk, email=ADA))
    assert complaints(send(client, CHAMPION, ada.pk, email=None)) == ""
    ada.refresh_from_db()
    assert ada.user is None
    assert complaints(send(client, CHAMPION, other.pk, email=ADA)) == ""
