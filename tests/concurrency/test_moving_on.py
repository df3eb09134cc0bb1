"""A booking moves, and changes again, after somebody has looked where it is: they look again, and find it.

Where it was is not locked by whoever changes it, so there is nothing to wait for but the booking itself, and what was
joined to it is not what it was.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bookings.errors import DoorsClosed
from bookings.links import LinkWithdrawn
from bookings.models import Booking
from bookings.services.attending import check_in
from bookings.services.booking import cancel, correct_email, move
from tests.concurrency.crowd import FIRST, PATIENCE, SECOND, somebody_waits_for_us
from tests.factories import BookingFactory, SurgeryFactory

HOURS = timedelta(hours=1)


@pytest.fixture
def booking(each_postgres) -> Booking:
    return BookingFactory.create(surgery=SurgeryFactory.create(starts_at=timezone.now() + HOURS / 2, slots=1))


@pytest.fixture
def moves_on(booking):
    return lambda: move(booking=booking, slot=free_slot(hours=6))


@pytest.fixture
def has_its_address_put_right(booking):
    return lambda: correct_email(booking=booking, email="right@example.gov.uk")


def free_slot(*, hours: int):
    return SurgeryFactory.create(starts_at=timezone.now() + hours * HOURS, slots=1).slots.get()


def meanwhile(act: Callable[[], object], booking: Booking, change: Callable[[], object]) -> object:
    """What `act` returns if the booking moves, and then changes, after the first statement of the act."""
    somewhere_else = free_slot(hours=3)
    has_looked, is_changing = Event(), Event()

    def look(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not has_looked.is_set():
            has_looked.set()
            assert is_changing.wait(PATIENCE)
        return result

    def first() -> object:
        connection.ensure_connection()  # which brings a wrapper of its own, and ours has to be the last to come off
        with connection.execute_wrapper(look):
            return act()

    def second() -> None:
        assert has_looked.wait(PATIENCE)
        move(booking=booking, slot=somewhere_else)
        with transaction.atomic():
            change()
            is_changing.set()
            until = timezone.now() + timedelta(seconds=PATIENCE)
            while not somebody_waits_for_us():
                assert timezone.now() < until, "The first does not wait for the second."

    acting, changing = FIRST.submit(first), SECOND.submit(second)
    changing.result()
    return acting.result()


def test_who_cancels_while_it_moves_on_has_cancelled(booking, moves_on):
    assert meanwhile(lambda: cancel(booking=Booking(pk=booking.pk)), booking, moves_on).is_cancelled


def test_who_cancels_by_a_link_that_is_withdrawn_meanwhile_is_told_so(booking, has_its_address_put_right):
    with pytest.raises(LinkWithdrawn):
        meanwhile(lambda: cancel(booking=Booking(pk=booking.pk)), booking, has_its_address_put_right)


@pytest.mark.parametrize("change", ["moves_on", "has_its_address_put_right"])
def test_who_arrives_is_expected_where_they_went(booking, change, request):
    with pytest.raises(DoorsClosed):
        meanwhile(lambda: check_in(booking=booking), booking, request.getfixturevalue(change))
