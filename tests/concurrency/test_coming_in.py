"""Somebody presses "I'm here" several times at once, as people do on a bad line: they are here once."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from bookings.invariants import violations
from bookings.models import Attendee, Visit
from bookings.services import attending
from surgeries.models import Surgery
from tests.concurrency.crowd import all_at_once, second_begins_after
from tests.factories import BookingFactory, SurgeryFactory

ADA = "ada.lovelace@example.gov.uk"
WAYS = ("walks in", "has booked")


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.EMAILS_PER_ADDRESS = 10**9


def on_now(way: str) -> Surgery:
    Attendee.objects.get_or_create(email=ADA, defaults={"name": "Ada Lovelace"})
    surgery = SurgeryFactory.create(starts_at=timezone.now())
    if way == "has booked":
        BookingFactory.create(surgery=surgery, attendee=Attendee.objects.get(email=ADA))
    return surgery


def press(surgery: Surgery) -> int:
    return Client().post(f"/here/{surgery.reference}/", {"email": ADA, "name": "Ada Lovelace"}).status_code


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """Somebody may be here twice, as only the owner of the tables can arrange."""
    name = "visit_is_once_per_person_and_surgery"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE bookings_visit DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM bookings_visit")
            cursor.execute(f"ALTER TABLE bookings_visit ADD CONSTRAINT {name} UNIQUE (attendee_id, surgery_id)")


def times_here(way: str) -> set[int]:
    """How often somebody is here who pressed twice, whichever statement of the first press the second begins after."""
    found = set()
    for statements in itertools.count(1):
        surgery = on_now(way)
        if not second_begins_after(statements, partial(press, surgery), partial(press, surgery)):
            return found
        found.add(surgery.visits.count())
    raise AssertionError("a press has an end")


@pytest.mark.parametrize("way", WAYS)
def test_five_presses_at_once_are_one_visit(each_postgres, way):
    surgery = on_now(way)
    assert all_at_once([partial(press, surgery)] * 5, threads=5) == [303] * 5
    assert Visit.objects.count() == Attendee.objects.count() == 1
    assert violations() == {}


def test_the_second_of_two_presses_may_come_at_any_time(each_postgres, monkeypatch):
    assert times_here("walks in") == {1}
    # The lock on the attendee is one protection, and the constraint another.
    monkeypatch.setattr(attending, "lock_attendee", lambda *, email, **_: Attendee.objects.get(email=email).pk)
    assert times_here("walks in") == {1}


def test_control_without_lock_and_constraint_they_would_be_here_twice(each_postgres, monkeypatch):
    monkeypatch.setattr(attending, "lock_attendee", lambda *, email, **_: Attendee.objects.get(email=email).pk)
    with without_the_constraint():
        assert 2 in times_here("walks in")
