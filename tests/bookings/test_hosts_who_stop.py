"""A shift ends while its host sits with somebody: that help ends, and the person waits again for the next host."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from bookings.errors import SomebodyWasFaster
from bookings.invariants import violations
from bookings.models import Help
from bookings.services.editing import end_shift
from bookings.services.hosting import give_back
from bookings.services.room import finish, sit_down, swap
from surgeries.models import Shift
from tests.admin_forms import send
from tests.bookings.pages import words_of
from tests.bookings.room.pages import host_of, read
from tests.factories import HelpFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def amina(surgery) -> Shift:
    return host_of(surgery, "Amina Yusuf")


@pytest.fixture
def tom(surgery) -> Shift:
    return host_of(surgery, "Tom Price")


@pytest.fixture
def going_on(surgery, tom) -> Help:
    """Tom sits with Ada since five minutes before the start."""
    visit = VisitFactory.create(surgery=surgery, name="Ada", arrived_at=surgery.starts_at - 10 * MINUTE)
    return HelpFactory.create(visit=visit, shift=tom, starts_at=surgery.starts_at - 5 * MINUTE)


def end(how: str, shift: Shift, now) -> None:
    if how == "taken off":
        end_shift(shift=shift, reason=Shift.TAKEN_OFF, now=now)
    else:
        give_back(shifts=[shift], reason="A train", now=now)


WAYS = ["taken off", "given back"]


@pytest.mark.parametrize("how", WAYS)
def test_whom_they_sat_with_waits_again(surgery, amina, tom, going_on, how):
    now = surgery.starts_at - MINUTE
    other = HelpFactory.create(visit__surgery=surgery, shift=amina)
    for _ in range(2):
        end(how, tom, now)
    going_on.refresh_from_db(), other.refresh_from_db(), tom.refresh_from_db()
    assert (going_on.ends_at, tom.ended_at, other.ends_at) == (now, now, None)
    assert surgery.visits.waiting().get() == going_on.visit
    assert violations() == {}


def test_what_was_pressed_about_them_before_does_not_count(surgery, amina, tom, going_on):
    other, by = HelpFactory.create(visit__surgery=surgery, shift=amina), UserFactory.create()
    end("taken off", tom, surgery.starts_at)
    ada, asked = going_on.visit, {"by": by, "now": surgery.starts_at}
    with pytest.raises(SomebodyWasFaster):
        finish(visit=ada, seen=going_on.pk, **asked)
    with pytest.raises(SomebodyWasFaster):
        swap(visit=ada, other=other.visit, seen=[going_on.pk, other.pk], **asked)
    sit_down(visit=ada, shift=amina, version=1, **asked)


def test_the_room_says_that_they_wait(surgery, amina, tom, going_on):
    phone = Client()
    with time_machine.travel(surgery.starts_at):
        phone.force_login(amina.champion.user)
        assert "Ada With Tom Price since 9:55am" in read(phone, surgery)
        end_shift(shift=tom, reason=Shift.TAKEN_OFF)
        said = read(phone, surgery)
    assert "Next Ada Walked in 9:50am Sit down : Ada You are free" in said


def test_who_gives_a_shift_back_reads_first_with_whom_they_sit(client, surgery, tom, going_on):
    address = reverse("bookings:give_back", args=[tom.pk])
    with time_machine.travel(surgery.starts_at - MINUTE):
        client.force_login(tom.champion.user)
        assert "You sit with Ada now, who will wait again for the next host." in words_of(client.get(address))
        client.post(address, {"reason": "A train"})
    assert not Help.objects.going_on().exists()


@pytest.mark.parametrize(
    ("page", "said"),
    [("rest", "wait again for the next host if you give that shift back."), ("leave", "wait again for the next host.")],
)
def test_who_rests_or_leaves_reads_it_as_well(client, surgery, tom, going_on, page, said):
    with time_machine.travel(surgery.starts_at - MINUTE):
        client.force_login(tom.champion.user)
        asked = client.get(reverse(f"bookings:{page}"))
        assert f"You sit with Ada now, who will {said}" in words_of(asked)
        going_on.delete()
        assert "You sit with" not in words_of(client.get(reverse(f"bookings:{page}")))


def test_an_organiser_reads_with_whom_they_sat(client, surgery, tom, going_on):
    with time_machine.travel(surgery.starts_at + MINUTE):
        client.force_login(UserFactory.create(administrator=True))
        sent = send(client, "surgeries_surgery_change", surgery.pk, **{"shifts-0-DELETE": "on"})
        response = client.get(sent["Location"])
    assert "Tom Price sat with Ada. Ada waits again for the next host." in words_of(response)


def test_no_statement_ends_a_shift_whose_host_helps(surgery, tom, going_on):
    def by_hand() -> None:
        Shift.objects.filter(pk=tom.pk).update(ended_at=surgery.starts_at, ended_reason="By hand")

    with pytest.raises(DatabaseError, match="host any more"), transaction.atomic():
        by_hand()
    assert violations() == {}
