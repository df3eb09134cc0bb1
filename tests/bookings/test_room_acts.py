"""One press each in the room: sit down with, pass on, swap, done, and taking it back. The slower one sees why not."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine

from bookings.errors import DoorsClosed, NotHostingNow, SomebodyWasFaster
from bookings.models import Help, Visit
from bookings.services import room as services
from bookings.services.attending import end_of_day
from bookings.services.editing import end_shift
from bookings.services.room import call_back, finish, hand_back, sit_down, stand_up, swap
from tests.factories import HelpFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def host():
    return UserFactory.create()


@pytest.fixture
def room(surgery):
    """A surgery with two hosts, Amina and Ben, at which Ada and Bob have arrived."""
    shifts = [ShiftFactory.create(surgery=surgery, champion__name=name) for name in ("Amina", "Ben")]
    visits = [VisitFactory.create(surgery=surgery, name=name) for name in ("Ada", "Bob")]
    return surgery.starts_at, *shifts, *visits


def helps(visit: Visit) -> list[tuple[str, bool]]:
    """Who sat with them, and who still does."""
    return [(each.shift.champion.name, each.ends_at is None) for each in visit.helps.all()]


def test_a_champion_sits_down_is_passed_on_from_and_is_done(room, host):
    now, amina, ben, ada, _ = room
    first = sit_down(visit=ada, shift=amina, by=host, now=now)
    second = sit_down(visit=ada, shift=ben, by=host, seen=first.pk, now=now + MINUTE)
    assert helps(ada) == [("Amina", False), ("Ben", True)]
    finish(visit=ada, by=host, seen=second.pk, now=now + 2 * MINUTE)
    ada.refresh_from_db()
    assert (helps(ada), ada.left_at) == ([("Amina", False), ("Ben", False)], now + 2 * MINUTE)


def test_a_press_that_is_repeated_does_it_once(room, host):
    now, amina, ben, ada, _ = room
    first = sit_down(visit=ada, shift=amina, by=host, now=now)
    assert sit_down(visit=ada, shift=amina, by=host, now=now + MINUTE) == first
    for _ in range(2):
        passed_on = sit_down(visit=ada, shift=ben, by=host, seen=first.pk, now=now + MINUTE)
    for _ in range(2):
        done = finish(visit=ada, by=host, seen=passed_on.pk, now=now + 2 * MINUTE)
    assert (done.left_at, Help.objects.count()) == (now + 2 * MINUTE, 2)


def test_the_slower_of_two_hosts_sees_who_was_faster(room, host):
    now, amina, ben, ada, _ = room
    first = sit_down(visit=ada, shift=amina, by=host, now=now)
    with pytest.raises(SomebodyWasFaster) as faster:
        sit_down(visit=ada, shift=ben, by=host, now=now)
    assert faster.value.help == first
    with pytest.raises(SomebodyWasFaster):
        finish(visit=ada, by=host, seen=None, now=now)
    with pytest.raises(SomebodyWasFaster):
        stand_up(visit=ada, by=host, seen=first.pk + 1, now=now)
    assert helps(ada) == [("Amina", True)]


def test_two_champions_change_places(room, host):
    now, amina, ben, ada, bob = room
    one, two = HelpFactory.create(visit=ada, shift=amina), HelpFactory.create(visit=bob, shift=ben)
    swap(visit=ada, other=bob, by=host, seen=[one.pk, two.pk], now=now + MINUTE)
    assert (helps(ada), helps(bob)) == ([("Amina", False), ("Ben", True)], [("Ben", False), ("Amina", True)])
    with pytest.raises(SomebodyWasFaster):
        swap(visit=ada, other=bob, by=host, seen=[one.pk, two.pk], now=now + MINUTE)
    assert Help.objects.count() == 4


def test_who_is_done_can_be_called_back_and_who_sat_down_by_mistake_stands_up(room, host):
    now, amina, _, ada, _ = room
    slip = sit_down(visit=ada, shift=amina, by=host, now=now)
    for _ in range(2):
        stand_up(visit=ada, by=host, seen=slip.pk, now=now)
    assert helps(ada) == []
    left_at = finish(visit=ada, by=host, version=1, now=now).left_at
    for _ in range(2):
        ada = call_back(visit=ada, by=host, seen=left_at, now=now)
    assert ada.left_at is None


def test_who_has_left_or_was_taken_back_is_helped_by_nobody(room, host):
    now, amina, _, ada, bob = room
    finish(visit=ada, by=host, seen=None, now=now)
    Visit.objects.filter(pk=bob.pk).delete()
    for visit in (ada, bob):
        with pytest.raises(SomebodyWasFaster) as faster:
            sit_down(visit=visit, shift=amina, by=host, now=now)
        assert faster.value.help is None


def test_only_who_hosts_there_sits_down(room, host):
    now, _, _, ada, _ = room
    given_back = ShiftFactory.create(surgery=ada.surgery, given_back=True)
    elsewhere = ShiftFactory.create(surgery=SurgeryFactory.create(starts_at=now + timedelta(days=1)))
    for shift in (given_back, elsewhere):
        with pytest.raises(NotHostingNow):
            sit_down(visit=ada, shift=shift, by=host, now=now)


def test_a_press_whose_answer_was_lost_does_not_undo_what_others_did_since(room, host):
    now, amina, _, ada, _ = room
    left_at = finish(visit=ada, by=host, now=now).left_at
    call_back(visit=ada, by=host, seen=left_at, now=now + MINUTE)
    helped = sit_down(visit=ada, shift=amina, by=host, version=1, now=now + 2 * MINUTE)
    done = finish(visit=ada, by=host, seen=helped.pk, version=1, now=now + 3 * MINUTE)
    with pytest.raises(SomebodyWasFaster):
        call_back(visit=ada, by=host, seen=left_at, now=now + 4 * MINUTE)
    call_back(visit=ada, by=host, seen=done.left_at, now=now + 4 * MINUTE)
    for act in (finish, partial(sit_down, shift=amina)):
        for seen in (None, helped.pk):
            with pytest.raises(SomebodyWasFaster):
                act(visit=ada, by=host, seen=seen, version=1, now=now + 5 * MINUTE)
    assert finish(visit=ada, by=host, version=2, now=now + 6 * MINUTE).left_at == now + 6 * MINUTE


def test_the_clock_of_another_machine_may_be_a_moment_behind(room, host):
    now, amina, ben, ada, bob = room
    behind = now - timedelta(milliseconds=100)
    first = sit_down(visit=ada, shift=amina, by=host, now=now)
    second = sit_down(visit=ada, shift=ben, by=host, seen=first.pk, now=now + MINUTE)
    third = sit_down(visit=ada, shift=amina, by=host, seen=second.pk, now=behind)
    other = sit_down(visit=bob, shift=ben, by=host, now=behind)
    swap(visit=ada, other=bob, by=host, seen=[third.pk, other.pk], now=behind)
    assert helps(ada) == [("Amina", False), ("Ben", False), ("Amina", False), ("Ben", True)]


def test_the_moment_of_an_act_is_after_it_has_waited(room, host, monkeypatch):
    began, amina, _, ada, _ = room
    locked = services._locked
    with time_machine.travel(began, tick=False) as clock:

        def waits(ids):
            clock.move_to(began + MINUTE)
            return locked(ids)

        monkeypatch.setattr(services, "_locked", waits)
        assert sit_down(visit=ada, shift=amina, by=host).starts_at == began + MINUTE


def test_passing_on_and_swapping_are_handed_back_as_if_they_had_never_been(room, host):
    now, amina, ben, ada, bob = room
    first = sit_down(visit=ada, shift=amina, by=host, now=now)
    slip = sit_down(visit=ada, shift=ben, by=host, seen=first.pk, now=now + MINUTE)
    for _ in range(2):
        hand_back(visits=[ada], by=host, seen=[slip.pk], now=now + 2 * MINUTE)
    assert helps(ada) == [("Amina", True)]
    second = sit_down(visit=bob, shift=ben, by=host, now=now)
    swap(visit=ada, other=bob, by=host, seen=[first.pk, second.pk], version=1, now=now + MINUTE)
    slips = set(Help.objects.going_on().values_list("pk", flat=True))
    with pytest.raises(SomebodyWasFaster):
        hand_back(visits=[ada], by=host, seen=slips, now=now + 2 * MINUTE)
    for _ in range(2):
        hand_back(visits=[ada, bob], by=host, seen=slips, now=now + 2 * MINUTE)
    assert (helps(ada), helps(bob)) == ([("Amina", True)], [("Ben", True)])


def test_nobody_is_handed_back_to_who_does_not_host_any_more_or_had_not_sat_with_them(room, host):
    now, amina, ben, ada, bob = room
    first = sit_down(visit=ada, shift=amina, by=host, now=now)
    passed_on = sit_down(visit=ada, shift=ben, by=host, seen=first.pk, now=now + MINUTE)
    end_shift(shift=amina, reason="Ill", now=now + MINUTE)
    with pytest.raises(NotHostingNow):
        hand_back(visits=[ada], by=host, seen=[passed_on.pk], now=now + MINUTE)
    fresh = sit_down(visit=bob, shift=ben, by=host, now=now)
    with pytest.raises(SomebodyWasFaster):
        hand_back(visits=[bob], by=host, seen=[fresh.pk], now=now + MINUTE)
    assert (helps(ada), helps(bob)) == ([("Amina", False), ("Ben", True)], [("Ben", True)])


def test_the_room_is_closed_after_the_day(room, host):
    _, amina, _, ada, _ = room
    with pytest.raises(DoorsClosed):
        sit_down(visit=ada, shift=amina, by=host, now=end_of_day(ada.surgery))


def test_the_doors_and_the_end_of_help_go_together(room):
    now, amina, _, ada, bob = room
    HelpFactory.create(visit=ada, shift=amina)
    HelpFactory.create(visit=bob, shift=amina, ends_at=now + MINUTE)
    assert Help.objects.going_on().get().visit == ada
    assert set(Visit.objects.waiting()) == {bob}
