"""A surgery is called off while its people, who wait elsewhere, act: they are promoted there at once, and once.

At full size the second act begins after every statement of the first, otherwise after every fourth.
"""

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import pytest

from bookings.errors import BookingError
from bookings.invariants import violations
from bookings.models import Attendee, Booking
from bookings.services import diary
from bookings.services.booking import Answers, book, cancel
from surgeries.models import Surgery
from tests.concurrency.crowd import at_each_moment
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory


class Scene:
    """Two surgeries of two seats at one time. Each of two people sits at one and waits for the other's free seat."""

    def __init__(self) -> None:
        self.here, self.there = (SurgeryFactory.create(slots=1, seats=2) for _ in range(2))
        self.ada, self.ben = AttendeeFactory.create_batch(2)
        self.seat, self.line = self._has(self.ada, self.here, self.there)
        self._has(self.ben, self.there, self.here)

    def _has(self, who: Attendee, sits: Surgery, waits: Surgery) -> tuple[Booking, Booking]:
        return (
            BookingFactory.create(surgery=sits, attendee=who),
            BookingFactory.create(surgery=waits, attendee=who, waiting=True),
        )

    def here_is_called_off(self) -> None:
        diary.call_off(surgery=self.here, reason="Snow.")

    def there_is_called_off(self) -> None:
        diary.call_off(surgery=self.there, reason="Snow.")

    def somebody_takes_the_seat_there(self) -> None:
        with suppress(BookingError):
            book(
                surgery=self.there, slot=self.there.slots.get(), name="Cleo", email=f"cleo.{uuid4()}@example.gov.uk",
                answers=Answers(), request_id=uuid4(),
            )  # fmt: skip

    def ada_gives_up_her_seat(self) -> None:
        cancel(booking=self.seat)

    def ada_leaves_the_line(self) -> None:
        with suppress(BookingError):
            cancel(booking=self.line)


ACTS = [
    Scene.there_is_called_off,
    Scene.somebody_takes_the_seat_there,
    Scene.ada_gives_up_her_seat,
    Scene.ada_leaves_the_line,
]


def broken(first: Callable, second: Callable) -> set[str]:
    """What is false at the end, whichever statement of the first act the second begins after."""
    found: set[str] = set()
    for scene in at_each_moment(Scene, first, second, every=4):
        found |= set(violations())
        scene.line.refresh_from_db()
        if scene.line.is_waiting and scene.there.seats.filter(booking=None).exists():
            found.add("she waits beside a free seat")
    return found


@pytest.mark.parametrize("act", ACTS)
def test_whoever_acts_meanwhile(each_postgres, act):
    assert broken(Scene.here_is_called_off, act) == set()


@pytest.mark.parametrize("act", ACTS)
def test_or_while_it_is_called_off(each_postgres, act):
    assert broken(act, Scene.here_is_called_off) == set()


def test_control_unless_it_is_looked_up_where_they_wait(each_postgres, monkeypatch):
    monkeypatch.setattr(diary, "where_they_wait", lambda *_, **__: Booking.objects.none().values_list("surgery"))
    assert broken(Scene.here_is_called_off, lambda scene: None) == {"she waits beside a free seat"}
