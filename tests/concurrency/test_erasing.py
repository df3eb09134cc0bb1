"""Somebody is erased while they book, cancel, are noted or say thank you: nothing of theirs stays, or comes back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from bookings.errors import BookingClosed
from bookings.invariants import violations
from bookings.links import LinkWithdrawn
from bookings.models import Attendee, Booking, Thanks, Visit
from bookings.people import REMOVED, person_of, together
from bookings.services import thanking
from bookings.services.attending import check_in
from bookings.services.booking import Answers, book, cancel
from privacy import services
from tests.concurrency.crowd import second_begins_after
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory, UserFactory, local


class Scene:
    """Zoë has a seat for which somebody waits, and had one yesterday, where nobody has noted her yet."""

    def __init__(self) -> None:
        self.zoe = AttendeeFactory.create()
        self.address = self.zoe.email
        surgery = SurgeryFactory.create(slots=1, seats=1)
        self.seat = BookingFactory.create(attendee=self.zoe, surgery=surgery)
        BookingFactory.create(surgery=surgery, waiting=True)
        self.earlier = BookingFactory.create(attendee=self.zoe, surgery__starts_at=local(-1), name="Zoë")
        self.there = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=1), slots=1)
        self.organiser = UserFactory.create(organiser=True)

    def erase(self) -> None:
        services.erase(attendee=self.zoe, by=self.organiser)

    def book(self) -> None:
        book(
            surgery=self.there, slot=self.there.slots.get(), name="Zoë", email=self.address,
            answers=Answers(is_unsure=True, question="May I say this?"), request_id=uuid4(),
        )  # fmt: skip

    def cancel(self) -> None:
        with suppress(LinkWithdrawn):
            cancel(booking=self.seat, reason="A word of mine")

    def arrive(self) -> None:
        check_in(booking=self.earlier, by=self.organiser, is_afterwards=True)

    def thank(self) -> None:
        with suppress(BookingClosed):
            thanking.thank(came=self.earlier, words="A word of mine")

    def wrong(self) -> list[str]:
        """What is left of her, or not as it has to be. Whoever booked after it is somebody new."""
        found = [str(each) for each in violations()]
        gone = Attendee.objects.filter(name=REMOVED, email=None)
        assert self.zoe in gone
        theirs = Booking.objects.filter(attendee__in=gone)
        left = {
            "a seat ahead": theirs.live().filter(surgery__in=[self.seat.surgery, self.there]),
            "a name": theirs.exclude(name=REMOVED),
            "a question": theirs.exclude(question=""),
            "a reason": theirs.filter(cancelled_reason="A word of mine"),
            "a name in a register": Visit.objects.filter(attendee__in=gone).exclude(name=REMOVED),
            "words to hosts": Thanks.objects.filter(attendee__in=gone).exclude(words=""),
        }
        return found + [what for what, rows in left.items() if rows.exists()]


def found_wrong(second: Callable, *, moments: range) -> set[str]:
    """What is wrong after it, for each moment of the erasing at which the second comes between."""
    found: set[str] = set()
    for statements in moments:
        made = Scene()
        reached = second_begins_after(statements, made.erase, partial(second, made))
        found |= set(made.wrong())
        if not reached:
            break
    return found


@pytest.mark.parametrize("second", [Scene.book, Scene.cancel, Scene.arrive, Scene.thank])
def test_nothing_of_who_is_erased_stays_or_comes_back(transactional_db, second):
    assert found_wrong(second, moments=range(3, 120, 13)) == set()


def test_control_without_the_locks_a_seat_stays(transactional_db, monkeypatch):
    def unlocked(*attendees, **_):
        return together(person_of(each) for each in attendees), {}

    monkeypatch.setattr(services, "_locked", unlocked)
    assert "a seat ahead" in found_wrong(Scene.book, moments=range(2, 30, 3))


def test_control_thanks_that_nobody_holds_back_stay(transactional_db, monkeypatch):
    monkeypatch.setattr(thanking, "is_removed", lambda attendee: False)
    assert found_wrong(Scene.thank, moments=range(10, 120, 13)) == {"words to hosts"}
