"""Two records become one while that person books, cancels, arrives or is erased: the one that goes keeps nothing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import OperationalError

from bookings.errors import BookingClosed
from bookings.invariants import violations
from bookings.models import Attendee, Booking, Visit
from bookings.people import is_removed, person_of, together
from bookings.services.attending import check_in
from bookings.services.booking import Answers, book, cancel
from privacy import services
from privacy.merging import MergeRefused
from privacy.services import erase, merge
from surgeries import transactions
from tests.concurrency.crowd import second_begins_after
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory, UserFactory, local


class Scene:
    """Zoë has a seat under each of two addresses, and somebody waits for hers."""

    def __init__(self) -> None:
        self.stays, self.goes = AttendeeFactory.create(), AttendeeFactory.create()
        self.address, self.name = self.goes.email, self.goes.name
        surgery = SurgeryFactory.create(slots=1, seats=2)
        BookingFactory.create(attendee=self.stays, surgery=surgery)
        self.seat = BookingFactory.create(attendee=self.goes, surgery=surgery)
        BookingFactory.create(surgery=surgery, waiting=True)
        # At the same time as what she has: of two seats one has to end.
        self.there = SurgeryFactory.create(starts_at=surgery.starts_at, slots=1, seats=1)
        self.organiser = UserFactory.create(organiser=True)
        # Her seat of yesterday, where nobody has noted her yet.
        self.earlier = BookingFactory.create(attendee=self.goes, surgery__starts_at=local(-1))

    def merge(self) -> None:
        with suppress(MergeRefused):
            merge(stays=self.stays, goes=self.goes, name=self.name, email=self.address)

    def book(self) -> None:
        slot = self.there.slots.get()
        book(
            surgery=self.there, slot=slot, name="Zoë", email=self.address, answers=Answers(is_unsure=True),
            request_id=uuid4(),
        )  # fmt: skip

    def cancel(self) -> None:
        with suppress(BookingClosed):
            cancel(booking=self.seat)

    def arrive(self) -> None:
        visit = check_in(booking=self.earlier, by=self.organiser, is_afterwards=True)
        assert visit.booking_id == self.earlier.pk

    def erase(self) -> None:
        erase(attendee=self.goes, by=self.organiser)

    def wrong(self) -> list[str]:
        """What is not as it has to be."""
        found = [str(each) for each in violations()]
        merged = Attendee.objects.filter(merged_into__isnull=False)
        if Booking.objects.filter(attendee__in=merged).exists():
            found.append("a booking is of the record that went")
        if Visit.objects.filter(attendee__in=merged).exists():
            found.append("a visit is of the record that went")
        if any(not is_removed(each) for each in merged):
            found.append("the record that went is somebody")
        return found


def found_wrong(second: Callable, *, moments: range) -> list[str]:
    """What is wrong after it, for each moment of the merging at which the second comes between."""
    found: list[str] = []
    for statements in moments:
        made = Scene()
        reached = second_begins_after(statements, made.merge, partial(second, made))
        found += made.wrong()
        if not reached:
            break
    return found


def test_booking_cancelling_and_erasing_meanwhile_leave_one_person(transactional_db):
    # The first statements are those that look and lock; what follows stands behind the locks.
    assert found_wrong(Scene.book, moments=range(4, 40, 6)) == []
    assert found_wrong(Scene.cancel, moments=range(3, 40, 7)) == []
    assert found_wrong(Scene.arrive, moments=range(3, 40, 7)) == []
    assert found_wrong(Scene.erase, moments=range(3, 40, 7)) == []


def test_control_without_the_locks_something_stays_with_the_record_that_goes(transactional_db, monkeypatch):
    def unlocked(*attendees, **_):
        return together(person_of(each) for each in attendees), {}

    monkeypatch.setattr(services, "_locked", unlocked)
    assert found_wrong(Scene.book, moments=range(4, 40, 4)) != []


def test_control_without_the_register_kept_who_arrives_has_to_try_again(transactional_db, monkeypatch):
    monkeypatch.setattr(services, "CORRECTED_FOR", timedelta(0))
    monkeypatch.setattr(transactions, "ATTEMPTS", 1)
    with pytest.raises((transactions.Contention, OperationalError)):  # looks again, or stands in the other's way
        found_wrong(Scene.arrive, moments=range(3, 60, 2))
