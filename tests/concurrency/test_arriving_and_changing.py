"""Somebody arrives while their booking changes: locks are taken in one order, so neither stands in the other's way."""

import itertools
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError
from django.utils import timezone

from bookings import statements
from bookings.errors import AttendanceError, BookingError
from bookings.invariants import violations
from bookings.models import Visit
from bookings.services.attending import check_in, walk_in
from bookings.services.booking import Answers, book, cancel, move
from surgeries import transactions
from tests.concurrency.crowd import second_begins_after
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory

Acts = tuple[Callable[[], object], Callable[[], object]]


def check_in_and_cancel() -> Acts:
    booking = BookingFactory.create(surgery=soon())
    return partial(check_in, booking=booking), partial(cancel, booking=booking)


def check_in_and_move() -> Acts:
    booking, next_week = BookingFactory.create(surgery=soon()), SurgeryFactory.create(slots=1)
    return partial(check_in, booking=booking), partial(move, booking=booking, slot=next_week.slots.get())


def walk_in_and_book() -> Acts:
    surgery, attendee = soon(), AttendeeFactory.create()
    who = {"surgery": surgery, "name": "Ada Lovelace", "email": attendee.email}
    booking = partial(book, slot=surgery.slots.first(), answers=Answers(), request_id=uuid.uuid4(), **who)
    return partial(walk_in, **who), booking


def soon():
    return SurgeryFactory.create(starts_at=timezone.now() + timedelta(minutes=30), slots=1)


def refusals(scene: Callable[[], Acts], monkeypatch: pytest.MonkeyPatch, *, until: int = 99) -> list[str]:
    """What stood in the way of either, whichever statement of the first the second begins after."""
    found = []

    def noted(error: Exception) -> bool:
        if isinstance(error, DatabaseError):
            found.append(type(error.__cause__).__name__)
        return False

    def act(one: Callable[[], object]) -> None:
        with suppress(BookingError, AttendanceError, DatabaseError, transactions.Contention):
            one()

    monkeypatch.setattr(transactions, "_may_work_next_time", noted)
    for statement in itertools.count(1):
        first, second = scene()
        if not second_begins_after(statement, partial(act, first), partial(act, second)) or len(found) >= until:
            return found
    raise AssertionError("an act has an end")


@pytest.mark.parametrize("scene", [check_in_and_cancel, check_in_and_move, walk_in_and_book])
def test_neither_stands_in_the_others_way(each_postgres, monkeypatch, scene):
    assert refusals(scene, monkeypatch) == []
    assert violations() == {}
    for visit in Visit.objects.select_related("surgery"):
        assert visit.arrived_at >= visit.surgery.starts_at - timedelta(hours=1)


def test_control_without_keeping_the_surgery_they_do(each_postgres, monkeypatch):
    monkeypatch.setattr(statements, "KEEP", statements.KEEP.replace("FOR SHARE", ""))
    assert refusals(check_in_and_cancel, monkeypatch, until=1)
