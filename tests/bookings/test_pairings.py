"""Hosts say who sits with whom: the last word counts, and it goes when it cannot be any more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from bookings.errors import BookingClosed, HostGone
from bookings.models import Booking, Pairing
from bookings.services.booking import cancel, move
from bookings.services.diary import call_off
from bookings.services.editing import end_shift
from bookings.services.pairing import sit_as_suggested, sit_with
from bookings.services.waiting import hand_back
from surgeries.models import Shift
from tests.factories import BookingFactory, PairingFactory, ShiftFactory, SurgeryFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shifts(surgery):
    return ShiftFactory.create_batch(2, surgery=surgery)


def champions_of(booking) -> list[int]:
    return list(Pairing.objects.filter(booking=booking).values_list("shift__champion", flat=True))


def test_the_last_word_counts_and_says_whose_it_was(alices_booking, shifts):
    user = UserFactory.create()
    for shift in shifts:
        sit_with(booking=alices_booking, champion=shift.champion, by=user)
    assert champions_of(alices_booking) == [shifts[-1].champion.pk]
    assert Pairing.objects.get().chosen_by == user


def test_the_same_again_changes_nothing(alices_booking, shifts):
    first, second = UserFactory.create_batch(2)
    sit_with(booking=alices_booking, champion=shifts[0].champion, by=first)
    before = Pairing.objects.values().get()
    sit_with(booking=alices_booking, champion=shifts[0].champion, by=second)
    assert Pairing.objects.values().get() == before


def test_it_can_be_taken_back_and_again(alices_booking, shifts):
    sit_with(booking=alices_booking, champion=shifts[0].champion, by=UserFactory.create())
    for _ in range(2):
        sit_as_suggested(booking=alices_booking)
    assert not Pairing.objects.exists()


def test_only_somebody_who_hosts_then(alices_booking, surgery):
    late = ShiftFactory.create(surgery=surgery, starts_at=alices_booking.slot.ends_at)
    for shift in (late, ShiftFactory.create(), ShiftFactory.create(surgery=surgery, given_back=True)):
        with pytest.raises(HostGone):
            sit_with(booking=alices_booking, champion=shift.champion, by=UserFactory.create())
    assert not Pairing.objects.exists()


def test_only_somebody_with_a_seat_and_until_the_surgery_is_over(surgery, shifts, alices_booking):
    def choose(booking, **facts):
        sit_with(booking=booking, champion=shifts[0].champion, by=UserFactory.create(), **facts)

    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    for refused in ({"booking": waiting}, {"booking": alices_booking, "now": surgery.ends_at}):
        with pytest.raises(BookingClosed):
            choose(**refused)
    choose(alices_booking, now=surgery.ends_at - timedelta(minutes=1))


def elsewhere(surgery):
    return SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=1)).slots.first()


ENDS = {
    "cancelled": lambda booking: cancel(booking=booking),
    "moved within the surgery": lambda booking: move(booking=booking, slot=booking.surgery.slots.last()),
    "moved to another": lambda booking: move(booking=booking, slot=elsewhere(booking.surgery)),
    "handed back": lambda booking: [
        BookingFactory.create_batch(booking.surgery.seats.filter(booking=None).count(), surgery=booking.surgery),
        hand_back(booking=booking),
    ],
    "the shift given back": lambda booking: end_shift(shift=booking.pairing.shift, reason="Ill"),
    "called off": lambda booking: call_off(surgery=booking.surgery, reason="The café is being painted."),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_goes_when_it_cannot_be_any_more(alices_booking, bobs_booking, end):
    PairingFactory.create(booking=alices_booking)
    bobs = PairingFactory.create(booking=bobs_booking)
    end(alices_booking)
    assert not Pairing.objects.filter(booking=alices_booking).exists()
    assert (
        Pairing.objects.filter(pk=bobs.pk).exists()
        is not alices_booking.surgery.shifts.filter(pk=bobs.shift_id, ended_reason="called off").exists()
    )


def test_what_changes_nothing_about_the_seat_leaves_it(alices_booking):
    pairing = PairingFactory.create(booking=alices_booking)
    alices_booking.changed_at = timezone.now()
    alices_booking.save()
    pairing.shift.save()
    assert Pairing.objects.get() == pairing


BY_HAND = {
    "booking_elsewhere_has_no_pairing ON bookings_booking": lambda _: Booking.objects.update(
        state="cancelled", seat=None, cancelled_at=timezone.now(), canceller="attendee", cancelled_reason="By hand"
    ),
    "shift_that_ends_has_no_pairings ON surgeries_shift": lambda _: Shift.objects.update(
        ended_at=timezone.now(), ended_reason="By hand"
    ),
}


@pytest.mark.parametrize("end", BY_HAND.values(), ids=BY_HAND)
def test_however_it_ends(end):
    end(PairingFactory.create())
    assert not Pairing.objects.exists()


@pytest.fixture
def as_owner():
    """Only the owner can drop a trigger, in the test's transaction: so the owner acts."""
    application = connections["default"]
    connections["default"] = connections["owner"]
    yield
    connections["default"] = application


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("trigger", BY_HAND)
def test_control_without_the_trigger_it_would_stay(as_owner, trigger):
    PairingFactory.create()
    with connections["default"].cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger}")
    BY_HAND[trigger](None)
    assert Pairing.objects.exists()


def test_the_database_has_one_for_each_booking_whoever_writes_it(alices_booking, shifts):
    PairingFactory.create(booking=alices_booking, shift=shifts[0])
    with pytest.raises(IntegrityError, match="booking_id"), transaction.atomic():
        PairingFactory.create(booking=alices_booking, shift=shifts[1])


@pytest.mark.django_db(transaction=True)
def test_of_two_hosts_at_once_one_has_the_last_word(alices_booking, shifts):
    users = UserFactory.create_batch(2)

    def choose(number: int) -> None:
        sit_with(booking=alices_booking, champion=shifts[number % 2].champion, by=users[number % 2])
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(choose, range(12)))
    pairing = Pairing.objects.get()
    assert pairing.chosen_by == users[shifts.index(pairing.shift)]
