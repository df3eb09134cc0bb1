"""Many people want the last seats at the same moment."""

import uuid
from collections import Counter
from functools import partial

from bookings.errors import SlotFull
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.booking import Answers, book
from surgeries.models import Surgery
from tests.concurrency.crowd import all_at_once, without_the_constraint_on_seats, without_the_lock
from tests.factories import SurgeryFactory

PEOPLE = 60
# Without the lock each who collides waits until the database gives up: a few are enough to see it.
FEW = 24
SEATS = 3


def first_seat_or_a_place_in_line(surgery: Surgery, person: int) -> str:
    facts = {"surgery": surgery, "name": f"Person {person}", "email": f"person.{person}@example.gov.uk"}
    try:
        booking = book(slot=surgery.slots.get(), answers=Answers(), request_id=uuid.uuid4(), **facts)
    except SlotFull:
        booking = book(slot=None, answers=Answers(), request_id=uuid.uuid4(), **facts)
    assert booking
    return booking.state


def rush(surgery: Surgery, people: int) -> Counter:
    acts = [partial(first_seat_or_a_place_in_line, surgery, person) for person in range(people)]
    return Counter(str(result) for result in all_at_once(acts))


def test_the_last_seats_go_to_as_many_people_and_everybody_else_has_a_place_in_line(each_postgres):
    surgery = SurgeryFactory.create(slots=1, seats=SEATS)
    assert rush(surgery, PEOPLE) == {"confirmed": SEATS, "waiting": PEOPLE - SEATS}
    positions = list(Booking.objects.waiting().values_list("position", flat=True))
    assert positions == list(range(1, PEOPLE - SEATS + 1))
    assert violations() == {}


def test_control_without_the_lock_somebody_gets_an_error(each_postgres):
    surgery = SurgeryFactory.create(slots=1, seats=SEATS)
    with without_the_lock():
        assert rush(surgery, FEW) != {"confirmed": SEATS, "waiting": FEW - SEATS}
    assert violations() == {}, "the constraints hold all the same"


def test_control_without_the_lock_and_the_constraint_too_many_are_confirmed(each_postgres):
    surgery = SurgeryFactory.create(slots=1, seats=SEATS)
    with without_the_lock(), without_the_constraint_on_seats():
        rush(surgery, FEW)
        assert Booking.objects.holding_a_seat().count() > SEATS
        assert "a seat holds at most one live booking" in violations()
