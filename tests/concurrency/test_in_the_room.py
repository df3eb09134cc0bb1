"""Two hosts press at once: one sits down, and the other is told who did. Five who note an arrival note one."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import IntegrityError, connections
from django.test import Client
from django.utils import timezone

from bookings.errors import NotHostingNow, SomebodyWasFaster
from bookings.invariants import violations
from bookings.models import Help, Visit
from bookings.services import editing, room
from bookings.services.editing import end_shift
from surgeries.models import Shift, Surgery
from tests.concurrency.crowd import all_at_once, second_begins_after
from tests.factories import BookingFactory, ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory

ONE_AT_A_TIME = "help_of_a_person_is_by_one_at_a_time"


def hosted(hosts: int) -> Surgery:
    surgery = SurgeryFactory.create(starts_at=timezone.now())
    for _ in range(hosts):
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(user=UserFactory.create()))
    return surgery


class Both:
    """Two hosts, and somebody who waits."""

    def __init__(self) -> None:
        surgery = hosted(2)
        self.one, self.other = surgery.shifts.order_by("pk")
        self.visit = VisitFactory.create(surgery=surgery)
        self.answers: list[str] = []

    def sit_down(self, shift: Shift) -> None:
        assert shift.champion.user
        try:
            room.sit_down(visit=self.visit, shift=shift, by=shift.champion.user)
            self.answers.append("sits")
        except SomebodyWasFaster as faster:
            self.answers.append("hears who did" if faster.help and faster.help.shift != shift else "is puzzled")


def outcomes() -> set[tuple[int, str]]:
    """How many sit with that person, and what both were told, whichever statement of one the other begins after."""
    found = set()
    for statements in itertools.count(1):
        scene = Both()
        if not second_begins_after(
            statements, partial(scene.sit_down, scene.one), partial(scene.sit_down, scene.other)
        ):
            return found
        sitting = Help.objects.going_on().filter(visit=scene.visit).count()
        found.add((sitting, " ".join(sorted(scene.answers))))
    raise AssertionError("an act has an end")


def not_locked(ids: Iterable[int]) -> list[Visit]:
    return list(Visit.objects.filter(pk__in=ids).order_by("pk").select_related("surgery"))


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """Somebody may be helped by two at once, as only the owner of the tables can arrange."""
    asking = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
    with connections["owner"].cursor() as cursor:
        cursor.execute(asking, [ONE_AT_A_TIME])
        ((constraint,),) = cursor.fetchall()
        cursor.execute(f"ALTER TABLE bookings_help DROP CONSTRAINT {ONE_AT_A_TIME}")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM bookings_help")
            cursor.execute(f"ALTER TABLE bookings_help ADD CONSTRAINT {ONE_AT_A_TIME} {constraint}")


@contextmanager
def without_the_trigger() -> Iterator[None]:
    """A shift may end while its host sits with somebody, as only the owner of the tables can arrange."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE surgeries_shift DISABLE TRIGGER shift_ends_after_its_help")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM bookings_help")
            cursor.execute("ALTER TABLE surgeries_shift ENABLE TRIGGER shift_ends_after_its_help")


def test_of_two_who_sit_down_at_once_one_does(each_postgres):
    assert outcomes() == {(1, "hears who did sits")}
    assert violations() == {}


def test_control_without_the_lock_and_the_constraint_both_would(each_postgres, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "_locked", not_locked)
    with without_the_constraint():
        assert (2, "sits sits") in outcomes()
        assert violations()


def whoever_stops_hosting(first: str) -> set[tuple[str, int]]:
    """What somebody hears who sits down as their shift is ended, and whom they sit with then.

    Whichever statement of the one that begins first the other begins after.
    """
    found = set()
    for statements in itertools.count(1):
        scene = Both()

        def sit_down(scene: Both = scene) -> None:
            try:
                scene.sit_down(scene.one)
            except (NotHostingNow, IntegrityError) as error:
                scene.answers.append(type(error).__name__)

        acts = [partial(end_shift, shift=scene.one, reason="Ill"), sit_down]
        if not second_begins_after(statements, *(acts if first == "ends" else acts[::-1])):
            return found
        assert not Shift.objects.live().filter(pk=scene.one.pk).exists(), "it ends in any case"
        found.add((" ".join(scene.answers), Help.objects.going_on().filter(shift=scene.one).count()))
    raise AssertionError("an act has an end")


@pytest.mark.parametrize("first", ["ends", "sits down"])
def test_who_sits_down_as_their_shift_is_ended_gets_up_again_or_does_not_sit_down_at_all(each_postgres, first):
    assert whoever_stops_hosting(first) == {("sits", 0), ("NotHostingNow", 0)}
    assert violations() == {}


def test_control_without_the_lock_of_the_shift_they_would_see_an_error(each_postgres, monkeypatch: pytest.MonkeyPatch):
    def not_locked(shifts: Iterable[int], visit: Visit) -> None:
        if not Shift.objects.live().filter(pk__in=shifts).exists():
            raise NotHostingNow

    monkeypatch.setattr(room, "_check_hosting", not_locked)
    assert "IntegrityError" in {answer for answer, _ in whoever_stops_hosting("sits down")}


def test_control_without_the_trigger_and_the_service_they_would_sit_on(each_postgres, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(editing, "stop_helping", lambda shifts, *, now: [])
    with without_the_trigger():
        assert ("sits", 1) in whoever_stops_hosting("sits down")
        assert violations()


def test_of_five_hosts_who_note_one_arrival_at_once_each_sees_them_there_and_they_came_once(each_postgres):
    surgery = hosted(5)
    booking = BookingFactory.create(surgery=surgery)
    address = f"/champion/surgeries/{surgery.reference}/room/act/"
    clients = []
    for shift in surgery.shifts.all():
        clients.append(client := Client())
        client.force_login(shift.champion.user)
    presses = [partial(client.post, address, {"here": booking.pk}) for client in clients]
    answers = all_at_once(presses, threads=5)
    visit = Visit.objects.get()
    led_to = f"/champion/surgeries/{surgery.reference}/room/?said=here&who=visit-{visit.pk}"
    assert [getattr(answer, "url", answer) for answer in answers] == [led_to] * 5
