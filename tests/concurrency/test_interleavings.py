"""Two people act on one surgery, and the second begins between any two statements of the first.

Whatever the moment, the outcome is that of one of them going first. At full size the second begins after every
statement, otherwise after every fifth; two PostgreSQLs then share these moments between them.
"""

import itertools
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from unittest.mock import ANY

import pytest

from bookings.errors import BookingError
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel, move
from bookings.services.diary import call_off, set_seats
from bookings.services.waiting import hand_back
from surgeries.models import Slot, Surgery
from tests.concurrency.crowd import FULL_SIZE, second_begins_after, without_the_lock
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory
from tests.live import debian_binaries

# After which statements of the first the second begins. No act makes as many as there are here.
EVERY, FIFTH = range(1, 1000), range(1, 1000, 5)
SHARED = {"embedded": FIFTH[::2], "debian": FIFTH[1::2]} if debian_binaries() else {"embedded": FIFTH}


def moments(postgres: str) -> range:
    return EVERY if FULL_SIZE else SHARED[postgres]


class Scene:
    """A surgery of two slots of one seat: `holder` has the first seat, the second is free, and `waiter` waits for
    the first slot. Another surgery has the `visitor`, who may come over."""

    def __init__(self) -> None:
        self.surgery: Surgery = SurgeryFactory.create(slots=2, seats=1)
        self.first, self.second = self.surgery.slots.all()
        self.names: dict[int, str] = {}
        self.holder = self._booking("holder", surgery=self.surgery, slot=self.first)
        self.waiter = self._booking("waiter", surgery=self.surgery, waiting=True)
        self.waiter.suits.set([self.first])
        elsewhere = SurgeryFactory.create(slots=1, seats=1, starts_at=self.surgery.starts_at + timedelta(days=1))
        self.visitor = self._booking("visitor", surgery=elsewhere)

    def _booking(self, name: str, **facts: object) -> Booking:
        attendee = AttendeeFactory.create(name=name, email=f"{name}.{uuid.uuid4()}@example.gov.uk")
        booking = BookingFactory.create(attendee=attendee, **facts)
        self.names[attendee.pk] = name
        return booking

    def book(self, name: str, slot: Slot | None) -> None:
        book(
            surgery=self.surgery, slot=slot, name=name, email=f"{name}.{self.surgery.pk}@example.gov.uk",
            answers=Answers(), request_id=uuid.uuid4(),
        )  # fmt: skip

    def outcome(self) -> frozenset:
        """Who has what, in words that are the same in every scene."""
        slots = {self.first.pk: "first", self.second.pk: "second", None: None}
        rows = Booking.objects.filter(surgery=self.surgery).select_related("attendee")
        return frozenset((row.name, row.state, slots[row.slot_id] if row.is_confirmed else row.rank()) for row in rows)


ACTS: dict[str, Callable[[Scene], object]] = {
    "ada books the free seat": lambda scene: scene.book("ada", scene.second),
    "ben books the free seat": lambda scene: scene.book("ben", scene.second),
    "cat joins the line": lambda scene: scene.book("cat", None),
    "dan joins the line": lambda scene: scene.book("dan", None),
    "the holder cancels": lambda scene: cancel(booking=scene.holder),
    "the holder moves": lambda scene: move(booking=scene.holder, slot=scene.second),
    "the holder hands back": lambda scene: hand_back(booking=scene.holder),
    "the visitor comes over": lambda scene: move(booking=scene.visitor, slot=scene.second),
    "a seat is added": lambda scene: set_seats(slot=scene.first, seats=2),
    "the waiter leaves": lambda scene: cancel(booking=scene.waiter),
    "it is called off": lambda scene: call_off(surgery=scene.surgery, reason="The café is closed."),
}


def told(act: Callable[[Scene], object], scene: Scene) -> None:
    with suppress(BookingError):  # being refused is an outcome like any other
        act(scene)


@cache
def one_after_the_other(*acts: Callable[[Scene], object]) -> frozenset:
    scene = Scene()
    for act in acts:
        told(act, scene)
    return scene.outcome()


def begins_after(statements: int, one: Callable, other: Callable) -> tuple[frozenset, bool]:
    """The outcome if `other` begins after so many statements of `one`, and whether `one` has that many."""
    scene = Scene()
    reached = second_begins_after(statements, partial(told, one, scene), partial(told, other, scene))
    return scene.outcome(), reached


def surprises(one: str, other: str, moments: range) -> list[str]:
    """Those of the moments at which the outcome is that of neither order."""
    expected = {one_after_the_other(ACTS[one], ACTS[other]), one_after_the_other(ACTS[other], ACTS[one])}
    found = []
    for statements in moments:
        outcome, reached = begins_after(statements, ACTS[one], ACTS[other])
        if not reached:
            return found
        if outcome not in expected:
            found.append(f"{other}, after {statements} statements of: {one}: {sorted(map(str, outcome))}")
    raise AssertionError("an act has an end")


@pytest.mark.parametrize("one", ACTS)
def test_two_acts_at_once_are_one_after_the_other(each_postgres, one):
    for other in ACTS:
        if other != one:
            assert surprises(one, other, moments(each_postgres)) == []
    assert violations() == {}


PRESSES = ["the holder cancels", "the holder moves", "the holder hands back", "the waiter leaves"]


def second_thoughts(act: Callable[[Scene], object], moments: range) -> int:
    """At how many of the moments a second press on the same button comes to something else than one press."""
    once, found = one_after_the_other(act), 0
    for statements in moments:
        outcome, reached = begins_after(statements, act, act)
        if not reached:
            return found
        found += outcome != once
    raise AssertionError("an act has an end")


@pytest.mark.parametrize("press", PRESSES)
def test_two_presses_at_once_are_one(each_postgres, press):
    assert second_thoughts(ACTS[press], moments(each_postgres)) == 0


def test_control_a_press_on_whatever_seat_it_is_by_now_undoes_the_first(each_postgres):
    def on_any_seat(scene: Scene) -> None:
        booking = Booking.objects.get(pk=scene.holder.pk)
        booking.slot_id = ANY
        hand_back(booking=booking)

    assert second_thoughts(on_any_seat, FIFTH) > 0


def test_control_without_the_lock_they_are_not(each_postgres):
    errors: list[str] = []
    with without_the_lock():
        for one, other in itertools.permutations(["cat joins the line", "dan joins the line"], 2):
            try:
                errors += surprises(one, other, EVERY)
            except Exception as error:
                errors.append(str(error))
    assert errors
