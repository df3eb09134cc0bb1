"""A press whose answer was lost comes again after somebody has taken back what it did: it counts no more."""

from contextlib import suppress
from functools import partial

import pytest

from bookings.errors import SomebodyWasFaster
from bookings.models import Attendee, Help, Visit
from bookings.services import room as services
from bookings.services.attending import come_in
from bookings.services.room import call_back, finish, hand_back, sit_down, stand_up, swap
from tests.factories import ShiftFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db


class Retold:
    """Ada waits, or sits with Amina while Bob sits with Ben; something is pressed, and somebody takes that back."""

    def __init__(self, surgery) -> None:
        self.amina, self.ben = ShiftFactory.create_batch(2, surgery=surgery)
        self.ada, self.bob = VisitFactory.create_batch(2, surgery=surgery)
        self.now = surgery.starts_at
        self.asked = {"by": UserFactory.create(), "now": self.now}

    def helped(self) -> Help:
        return sit_down(visit=self.ada, shift=self.amina, **self.asked)

    def left(self):
        press = partial(finish, visit=self.ada, **self.asked)
        return press, lambda: call_back(visit=self.ada, seen=self.now, **self.asked)

    def left_and_said_again_that_they_are_here(self):
        Attendee.objects.filter(pk=self.ada.attendee_id).update(email="ada@example.gov.uk")
        press = partial(finish, visit=self.ada, **self.asked)
        return press, lambda: come_in(surgery=self.ada.surgery, email="ada@example.gov.uk", now=self.now)

    def sat_down(self):
        press = partial(sit_down, visit=self.ada, shift=self.amina, **self.asked)
        return press, lambda: stand_up(visit=self.ada, seen=Help.objects.get().pk, **self.asked)

    def passed_on(self):
        press = partial(sit_down, visit=self.ada, shift=self.ben, seen=self.helped().pk, **self.asked)
        return press, lambda: hand_back(visits=[self.ada], seen=[Help.objects.last().pk], **self.asked)

    def swapped(self):
        seen = [self.helped().pk, sit_down(visit=self.bob, shift=self.ben, **self.asked).pk]
        press = partial(swap, visit=self.ada, other=self.bob, seen=seen, **self.asked)
        slips = Help.objects.exclude(pk__in=seen).values_list("pk", flat=True)
        return press, lambda: hand_back(visits=[self.ada, self.bob], seen=list(slips), **self.asked)

    def everything(self) -> list:
        return [list(Help.objects.values_list()), list(Visit.objects.order_by("pk").values_list("left_at", flat=True))]


RETOLD = ["left", "left_and_said_again_that_they_are_here", "sat_down", "passed_on", "swapped"]


def is_repeated_for_nothing(scene: Retold, what: str) -> bool:
    """Whether the press changes nothing when it comes again."""
    press, take_back = getattr(scene, what)()
    press(), take_back()
    before = scene.everything()
    with suppress(SomebodyWasFaster):
        press()
        return False
    return scene.everything() == before


@pytest.mark.parametrize("what", RETOLD)
def test_an_old_press_does_not_count_again_once_it_was_taken_back(surgery, what):
    assert is_repeated_for_nothing(Retold(surgery), what)


@pytest.mark.parametrize("what", RETOLD)
def test_control_without_the_version_it_would(surgery, what, monkeypatch):
    locked = services._locked

    def unchanged(ids) -> list[Visit]:
        visits = locked(ids)
        for visit in visits:
            visit.version = 0
        return visits

    monkeypatch.setattr(services, "_locked", unchanged)
    assert not is_repeated_for_nothing(Retold(surgery), what)
