"""The factories themselves: every one makes a row that the database accepts, and the stock people are who they say."""

import pytest
from factory.django import DjangoModelFactory

from bookings.models import Booking
from tests import factories
from tests.factories import BookingFactory, HeadcountFactory, OfficeFactory, SurgeryFactory, VisitFactory

EVERY_FACTORY = [
    each for each in vars(factories).values() if isinstance(each, type) and issubclass(each, DjangoModelFactory)
]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", EVERY_FACTORY, ids=lambda each: each.__name__)
def test_every_factory_makes_a_row(factory):
    assert factory().pk


@pytest.mark.django_db
def test_bookings_take_the_first_free_seats_then_wait_in_order():
    surgery = SurgeryFactory(slots=1, seats=2)
    numbers = [BookingFactory(surgery=surgery).seat.number for _ in range(2)]
    positions = [BookingFactory(surgery=surgery, waiting=True).position for _ in range(3)]
    assert (numbers, positions) == ([1, 2], [1, 2, 3])
    with pytest.raises(AssertionError, match="no free seat"):
        BookingFactory(surgery=surgery)
    assert BookingFactory(surgery=surgery, cancelled=True).state == Booking.State.CANCELLED


@pytest.mark.django_db
def test_a_visit_with_a_booking_is_that_persons_at_that_surgery():
    booking = BookingFactory()
    visit = VisitFactory(booking=booking)
    assert (visit.attendee, visit.surgery) == (booking.attendee, booking.surgery)


@pytest.mark.django_db
def test_a_headcount_can_be_of_an_office():
    assert HeadcountFactory(team=None, office=OfficeFactory()).office


def test_alice_and_bob_meet_at_a_surgery_that_charlie_knows_nothing_of(alices_booking, bobs_booking, charlie):
    assert alices_booking.surgery == bobs_booking.surgery
    assert alices_booking.slot != bobs_booking.slot
    assert not charlie.bookings.exists()
