"""Two champions press for the last place at once: one gets it, and the other is told."""

import itertools
from functools import partial

from bookings.errors import HostsEnough
from bookings.invariants import violations
from bookings.services.hosting import take_shift
from champions.models import Champion
from surgeries.models import Shift
from tests.concurrency.crowd import second_begins_after, without_the_lock
from tests.factories import ChampionFactory, SurgeryFactory, UserFactory


class LastPlace:
    """A surgery that wants one host, and two champions who would."""

    def __init__(self) -> None:
        self.surgery = SurgeryFactory.create(hosts_wanted=1, slots=1)
        self.alice, self.bob = (ChampionFactory.create(user=UserFactory.create()) for _ in range(2))
        self.answers: list[str] = []

    def press(self, champion: Champion) -> None:
        try:
            take_shift(
                surgery=self.surgery, champion=champion,
                starts_at=self.surgery.starts_at, ends_at=self.surgery.ends_at,
            )  # fmt: skip
            self.answers.append("yours")
        except HostsEnough:
            self.answers.append("enough")


def outcomes() -> set[tuple[int, str]]:
    """How many host, and what the two were answered, whichever statement of the first the second begins after."""
    found = set()
    for statements in itertools.count(1):
        scene = LastPlace()
        first, second = partial(scene.press, scene.alice), partial(scene.press, scene.bob)
        if not second_begins_after(statements, first, second, moment=0.1):
            return found
        hosting = Shift.objects.live().filter(surgery=scene.surgery).count()
        found.add((hosting, " ".join(sorted(scene.answers))))
    raise AssertionError("an act has an end")


def test_of_two_who_press_at_once_one_gets_the_last_place(each_postgres):
    assert outcomes() == {(1, "enough yours")}
    assert violations() == {}


def test_control_without_the_lock_both_would(each_postgres):
    with without_the_lock():
        assert (2, "yours yours") in outcomes()
