"""Two champions press for the last place at once: one gets it, and the other is told."""

import itertools
from functools import partial

import pytest
from django.test import Client

from bookings.errors import HostsEnough, NoChampion
from bookings.forms.hosting import written
from bookings.invariants import violations
from bookings.links import step_in_link
from bookings.models import Ask
from bookings.services.barring import set_role
from bookings.services.hosting import give_back, take_shift
from champions.models import Champion
from surgeries.models import Shift
from tests.concurrency.crowd import second_begins_after, without_the_lock
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, local


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
        except NoChampion:
            self.answers.append("barred")


class GivenBack(LastPlace):
    """A shift was given back, and both were asked: each presses the link in their email."""

    def __init__(self) -> None:
        Champion.objects.update(state="left")  # those of the scene before
        super().__init__()
        self.surgery = SurgeryFactory.create(hosts_wanted=1, slots=1, starts_at=local(9))
        give_back(shifts=[ShiftFactory.create(surgery=self.surgery)], reason="Ill")
        self.links = {ask.champion_id: step_in_link(ask) for ask in Ask.objects.filter(surgery=self.surgery)}

    def press(self, champion: Champion) -> None:
        times = {"begins": written(self.surgery.starts_at), "ends": written(self.surgery.ends_at)}
        response = Client().post(self.links[champion.pk], times)
        self.answers.append({303: "yours", 409: "enough"}[response.status_code])


def outcomes(scene_of: type[LastPlace] = LastPlace, *, step: int = 1) -> set[tuple[int, str]]:
    """How many host, and what the two were answered, whichever statement of the first the second begins after."""
    found = set()
    for statements in itertools.count(1, step):
        scene = scene_of()
        first, second = partial(scene.press, scene.alice), partial(scene.press, scene.bob)
        if not second_begins_after(statements, first, second):
            return found
        hosting = Shift.objects.live().filter(surgery=scene.surgery).count()
        found.add((hosting, " ".join(sorted(scene.answers))))
    raise AssertionError("an act has an end")


def test_of_two_who_press_at_once_one_gets_the_last_place(each_postgres):
    assert outcomes() == {(1, "enough yours")}
    assert violations() == {}


def test_of_two_who_press_the_link_in_their_emails_at_once_one_gets_the_shift(each_postgres):
    assert outcomes(GivenBack, step=3) == {(1, "enough yours")}
    assert violations() == {}


def test_control_without_the_lock_both_would(each_postgres):
    with without_the_lock():
        assert (2, "yours yours") in outcomes()


def hosts_when_barred(*, is_barred_first: bool) -> set[bool]:
    """Whether somebody hosts who is barred and takes a shift at once, whichever statement the second begins after."""
    found = set()
    for statements in itertools.count(1):
        scene = LastPlace()
        bar = partial(set_role, user=scene.alice.user, role="barred", by=UserFactory.create(administrator=True))
        acts = [bar, partial(scene.press, scene.alice)]
        if not second_begins_after(statements, *(acts if is_barred_first else acts[::-1])):
            return found
        found.add(Shift.objects.live().filter(champion=scene.alice).exists())
    raise AssertionError("an act has an end")


@pytest.mark.parametrize("is_barred_first", [True, False])
def test_whoever_is_barred_while_they_take_a_shift_does_not_host(each_postgres, is_barred_first):
    assert hosts_when_barred(is_barred_first=is_barred_first) == {False}


def test_control_unless_it_is_looked_at_under_the_lock_they_would(each_postgres, monkeypatch):
    monkeypatch.setattr(Champion, "is_barred", False)
    assert True in hosts_when_barred(is_barred_first=True)
