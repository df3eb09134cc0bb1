"""The demonstration department at every moment: alive whatever today is, the same on the same day, nobody else's."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction

from bookings.demonstration import diary
from bookings.demonstration.department import OFFICES
from bookings.demonstration.loading import TIME_TO_JOIN, load
from bookings.demonstration.signing_in import ready_made
from bookings.invariants import violations
from bookings.models import Booking, Visit
from bookings.needs import places_for
from champions.models import Champion
from notifications.models import OutboxEmail
from organisation.working_days import bank_holidays
from surgeries.models import Shift, Surgery, local_moment
from tests.bookings.demonstration import NOW, counts, next_brief_of_the_champion
from tests.factories import BookingFactory, OfficeFactory

MOMENTS = {
    "a Friday evening": NOW,
    "the week before a Christmas on a Wednesday": datetime(2024, 12, 19, 11, tzinfo=UTC),
    "too late for the last surgery before that Christmas": datetime(2024, 12, 24, 8, 30, tzinfo=UTC),
    "Christmas Day": datetime(2029, 12, 25, 9, tzinfo=UTC),
    "the hour when the clocks go forward": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    "a leap day, an hour before the coffee morning": datetime(2028, 2, 29, 9, tzinfo=UTC),
}


def free_seats(surgery: Surgery) -> int:
    return surgery.seats.filter(booking=None).count()


@pytest.mark.django_db
@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_it_is_alive_and_consistent_whatever_today_is(now):
    with time_machine.travel(now, tick=False):
        load()
    upcoming = Surgery.objects.upcoming(now)
    coming_week = upcoming.filter(starts_at__gt=now, starts_at__lt=now + timedelta(days=7))
    assert any(
        free_seats(surgery) == 0 and surgery.bookings.waiting().exists() and surgery.cutoff_at > now
        for surgery in coming_week
    ), "In the coming week nothing is full with a waiting list that can be joined."
    coffee_morning = upcoming.filter(series__name=diary.COFFEE_MORNING, starts_at__gt=now)[0]
    assert 0 < free_seats(coffee_morning) < coffee_morning.seats.count()
    assert coffee_morning.shifts.live().count() == 2
    brief = next_brief_of_the_champion(now)
    assert brief.guests
    assert brief.surgery.starts_at < now + timedelta(days=21)
    champion = Champion.objects.get(user__email=ready_made()[0].email)
    assert places_for(champion, now=now).places, "Nothing needs the champion whom one can be."
    assert Surgery.objects.filter(state=Surgery.State.CALLED_OFF, starts_at__gt=now).count() == 1
    assert upcoming.filter(bookings=None).exists()
    assert upcoming.filter(shifts=None).exists() or upcoming.exclude(shifts__ended_at=None).exists()
    assert Surgery.objects.order_by("starts_at")[0].starts_at > now - timedelta(weeks=11)
    assert upcoming.last().starts_at > now + timedelta(weeks=8)
    assert {found: ids for found, ids in violations().items() if ids} == {}
    assert not Booking.objects.filter(created_at__gt=now).exists()
    assert not Booking.objects.filter(cancelled_at__gt=now).exists()
    assert not OutboxEmail.objects.exists()


def test_on_no_day_of_twenty_years_is_the_coming_week_without_a_surgery_that_is_full():
    patterns = [diary.BY_NAME[name] for name in diary.SOUGHT_AFTER]
    nations = {name: nation for name, nation, _ in OFFICES}
    held = sorted(
        local_moment(day, pattern.start)
        for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(365 * 20))
        for pattern in patterns
        if day.weekday() == pattern.weekday
        and day not in bank_holidays(nations[diary.OFFICE_OF[pattern.venue]], day.year)
    )
    closes = timedelta(hours=2) + TIME_TO_JOIN
    assert max(later - (sooner - closes) for sooner, later in pairwise(held)) < timedelta(days=7)
    assert all(pattern.every_weeks == 1 and pattern.offset_weeks == 0 for pattern in patterns)


def everything() -> list[list]:
    return [
        list(Surgery.objects.values_list("starts_at", "venue__name", "state", "is_drop_in")),
        list(Booking.objects.order_by("id").values_list("name", "state", "slot__starts_at", "created_at", "question")),
        list(Shift.objects.values_list("champion__name", "starts_at", "ended_at")),
        list(Visit.objects.order_by("id").values_list("attendee__email", "arrived_at")),
    ]


def test_the_same_day_gives_the_same_department(db):
    snapshots = []
    for _ in range(2):
        with transaction.atomic():
            load(now=NOW)
            snapshots.append(everything())
            transaction.set_rollback(True)
    assert snapshots[0] == snapshots[1]


@pytest.mark.parametrize("make", [OfficeFactory, BookingFactory])
def test_a_department_of_somebodys_own_is_never_touched(db, make):
    make()
    before = counts()
    with pytest.raises(CommandError, match="a department of its own"):
        call_command("load_demo")
    assert counts() == before
