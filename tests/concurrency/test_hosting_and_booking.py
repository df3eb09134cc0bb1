"""A champion takes a shift while making a first booking ever, elsewhere at the same time: one of them is refused."""

import itertools
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from bookings.invariants import violations
from bookings.models import Attendee, Booking
from bookings.services import editing, locks
from bookings.services.booking import Answers, book
from champions.models import Champion
from surgeries.models import Shift
from surgeries.services import DiaryError
from tests.concurrency.crowd import second_begins_after
from tests.factories import BookingFactory, ChampionFactory, SurgeryFactory, UserFactory


class Scene:
    """Two surgeries at one time, and a champion who has never booked."""

    def __init__(self) -> None:
        self.here, self.there = SurgeryFactory.create_batch(2, slots=1)
        self.champion = ChampionFactory.create(user=UserFactory.create())

    def host(self) -> None:
        with suppress(DiaryError):
            editing.host(
                surgery=self.here, champion=self.champion, starts_at=self.here.starts_at, ends_at=self.here.ends_at
            )

    def book(self) -> None:
        book(
            surgery=self.there, slot=self.there.slots.get(), name="Ada", email=self.champion.user.email,
            answers=Answers(), request_id=uuid.uuid4(),
        )  # fmt: skip

    def commitments(self) -> int:
        booked = Booking.objects.holding_a_seat().filter(attendee__email=self.champion.user.email)
        return booked.count() + Shift.objects.live().filter(champion=self.champion).count()


def most_commitments(first: Callable, second: Callable, scene_of: Callable = Scene) -> int:
    """How many the champion ends up with, whichever statement of the first act the second begins after."""
    most = 0
    for statements in itertools.count(1):
        scene = scene_of()
        if not second_begins_after(statements, partial(first, scene), partial(second, scene)):
            return most
        most = max(most, scene.commitments())
    raise AssertionError("an act has an end")


@pytest.mark.parametrize(("first", "second"), [(Scene.host, Scene.book), (Scene.book, Scene.host)])
def test_nobody_hosts_here_and_sits_there(each_postgres, first, second):
    assert most_commitments(first, second) == 1
    assert violations() == {}


def test_control_a_lock_on_whom_we_know_already_is_not_enough(each_postgres, monkeypatch):
    def lock_if_known(*, email, name, now):
        return Attendee.objects.select_for_update().filter(email=email).values_list("pk", flat=True).first()

    monkeypatch.setattr(locks, "lock_attendee", lock_if_known)
    assert most_commitments(Scene.host, Scene.book) == 2


class KnownLate:
    """A champion whom nobody knows by an address yet, and a seat booked with the one that is theirs."""

    def __init__(self) -> None:
        self.here = SurgeryFactory.create(slots=1)
        self.champion = ChampionFactory.create()
        self.seat = BookingFactory.create(surgery=SurgeryFactory.create(slots=1))

    def host(self) -> None:
        with suppress(DiaryError):
            editing.host(
                surgery=self.here, champion=self.champion, starts_at=self.here.starts_at, ends_at=self.here.ends_at
            )

    def know(self) -> None:
        with suppress(DiaryError):
            editing.know_by_email(champion=self.champion, email=self.seat.attendee.email)

    def commitments(self) -> int:
        """The shift, and the seat if they are known to be who has it."""
        known = Champion.objects.filter(pk=self.champion.pk, user__email=self.seat.attendee.email)
        return known.count() + Shift.objects.live().filter(champion=self.champion).count()


@pytest.mark.parametrize(("first", "second"), [(KnownLate.host, KnownLate.know), (KnownLate.know, KnownLate.host)])
def test_nobody_hosts_who_turns_out_to_sit_there(each_postgres, first, second):
    assert most_commitments(first, second, KnownLate) == 1
    assert violations() == {}


def test_control_without_the_lock_on_the_champion_somebody_does(each_postgres, monkeypatch):
    monkeypatch.setattr(editing, "lock_champion", lambda champion: Champion.objects.get(pk=champion.pk))
    assert most_commitments(KnownLate.host, KnownLate.know, KnownLate) == 2
