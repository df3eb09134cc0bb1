"""A surgery moves while people book, cancel and take shifts elsewhere: nobody ends up at two places at once.

At full size the second act begins after every statement of the first, otherwise after every fourth.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from bookings.errors import BookingError, ShiftError
from bookings.facts import Facts
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services import moving
from bookings.services.booking import Answers, book, cancel
from bookings.services.hosting import take_shift
from surgeries.models import Shift
from tests.concurrency.crowd import at_each_moment
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
)

DAY = timedelta(days=1)


class Scene:
    """A surgery of two seats, one of them Ada's, with a host, which moves to when another one is."""

    def __init__(self) -> None:
        self.here = SurgeryFactory.create(slots=2, seats=1)
        self.there = SurgeryFactory.create(slots=2, seats=1, starts_at=self.here.starts_at + DAY, hosts_wanted=1)
        ada = AttendeeFactory.create(email=f"ada.{uuid.uuid4()}@example.gov.uk")
        self.seat = BookingFactory.create(surgery=self.here, slot=self.here.slots.first(), attendee=ada)
        self.waiter = BookingFactory.create(surgery=self.here, waiting=True)
        self.waiter.suits.set([self.seat.slot])
        self.host = ChampionFactory.create(user=UserFactory.create())
        ShiftFactory.create(surgery=self.here, champion=self.host)

    def move(self) -> None:
        by = Facts.of(self.here)
        facts = Facts(**{**vars(by), "starts_at": by.starts_at + DAY, "ends_at": by.ends_at + DAY})
        moving.change_surgery(surgery=self.here, facts=facts)

    def book(self, email: str, slot=None, surgery=None) -> None:
        surgery = surgery or self.there
        with suppress(BookingError):
            book(
                surgery=surgery, slot=slot or surgery.slots.first(), name="Ada", email=email, answers=Answers(),
                request_id=uuid.uuid4(),
            )  # fmt: skip

    def ada_books_there(self) -> None:
        self.book(self.seat.attendee.email)

    def the_host_books_there(self) -> None:
        self.book(self.host.user.email)

    def the_host_takes_a_shift_there(self) -> None:
        with suppress(ShiftError):
            times = {"starts_at": self.there.starts_at, "ends_at": self.there.ends_at}
            take_shift(surgery=self.there, champion=self.host, **times)

    def somebody_books_here(self) -> None:
        self.book(f"ben.{uuid.uuid4()}@example.gov.uk", self.here.slots.last(), self.here)

    def ada_cancels(self) -> None:
        with suppress(BookingError):
            cancel(booking=self.seat)


ELSEWHERE = [Scene.ada_books_there, Scene.the_host_books_there, Scene.the_host_takes_a_shift_there]


def broken(first: Callable, second: Callable) -> set[str]:
    """What is false at the end, whichever statement of the first act the second begins after."""
    found: set[str] = set()
    for scene in at_each_moment(Scene, first, second, every=4):
        found |= set(violations())
        everywhere = {
            each.slot.starts_at.date() for each in Booking.objects.holding_a_seat().filter(surgery=scene.here)
        }
        assert len(everywhere) <= 1, "nobody stays behind"
        Booking.objects.filter(surgery__in=[scene.here, scene.there]).update(
            state="cancelled", seat=None, position=None, cancelled_at=scene.here.starts_at, canceller="attendee",
            cancelled_reason="The next scene begins.",
        )  # fmt: skip
        Shift.objects.live().update(ended_at=scene.here.starts_at, ended_reason="The next scene begins.")
    return found


@pytest.mark.parametrize("act", [*ELSEWHERE, Scene.somebody_books_here, Scene.ada_cancels])
def test_nobody_is_at_two_places_whoever_acts_while_it_moves(each_postgres, act):
    assert broken(Scene.move, act) == set()


@pytest.mark.parametrize("act", ELSEWHERE)
def test_nor_when_it_moves_while_they_act(each_postgres, act):
    assert broken(act, Scene.move) == set()


def test_control_without_the_lock_on_people_somebody_is(each_postgres, monkeypatch):
    monkeypatch.setattr(moving, "_lock_people", lambda ids, now: None)
    assert broken(Scene.move, Scene.ada_books_there) == {"nobody is confirmed in two overlapping slots"}
