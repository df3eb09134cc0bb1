"""Three stock people: Alice booked, Bob booked at the same surgery, Charlie knows nothing of it.

A test that reaches rows through their owner shows that Alice sees her own and that Bob and Charlie do not.
"""

import pytest

from bookings.models import Attendee, Booking
from surgeries.models import Surgery
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory


@pytest.fixture
def surgery(db) -> Surgery:
    """A week from today at 10:00, three slots of two seats, where Alice and Bob meet if a test asks for them."""
    return SurgeryFactory.create()


@pytest.fixture
def alice(db) -> Attendee:
    return AttendeeFactory.create(name="Alice Adeyemi", email="alice.adeyemi@example.gov.uk")


@pytest.fixture
def bob(db) -> Attendee:
    return AttendeeFactory.create(name="Bob O’Brien", email="bob.obrien@example.gov.uk")


@pytest.fixture
def charlie(db) -> Attendee:
    """An outsider: known to the programme, with no booking at the surgery of Alice and Bob."""
    return AttendeeFactory.create(name="Charlie Chowdhury", email="charlie.chowdhury@example.gov.uk")


@pytest.fixture
def alices_booking(surgery: Surgery, alice: Attendee) -> Booking:
    """Confirmed, in the first slot of the surgery."""
    return BookingFactory.create(surgery=surgery, attendee=alice, slot=surgery.slots.first())


@pytest.fixture
def bobs_booking(surgery: Surgery, bob: Attendee) -> Booking:
    """Confirmed, in the last slot of the same surgery."""
    return BookingFactory.create(surgery=surgery, attendee=bob, slot=surgery.slots.last())
