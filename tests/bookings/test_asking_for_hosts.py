"""Surgeries that lack hosts ask by themselves, ten days and three days before, and nobody is pestered."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from bookings.duties import ask_for_hosts, asked_at
from bookings.models import Ask
from bookings.services import asking
from bookings.services.hosting import give_back
from champions.models import Champion
from notifications.worker import Worker
from surgeries.models import Surgery, Venue, local_moment
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, VenueFactory

pytestmark = pytest.mark.django_db
# A Tuesday; the clocks went forward on Sunday 29 March.
TUESDAY, TEN_BEFORE, THREE_BEFORE = "2026-03-31", "2026-03-21", "2026-03-28"


def at(day: str, clock: str = "08:00") -> datetime:
    """The moment when clocks in London show that time."""
    return local_moment(date.fromisoformat(day), time.fromisoformat(clock))


def surgery_on(day: str = TUESDAY, **facts) -> Surgery:
    return SurgeryFactory.create(starts_at=at(day, "10:00"), **facts)


def champions(number: int) -> list[Champion]:
    return [ChampionFactory.create(user=UserFactory.create()) for _ in range(number)]


def asked() -> Counter[int]:
    """How often each champion has been asked about something."""
    return Counter(Ask.objects.values_list("champion", flat=True))


def test_ten_days_and_three_days_before_at_eight_on_the_clock_and_once():
    surgery_on(), champions(1)
    for day, clock, times in [
        (TEN_BEFORE, "07:59", 0),
        (TEN_BEFORE, "08:00", 1),
        (TEN_BEFORE, "08:15", 1),
        ("2026-03-25", "08:00", 1),
        (THREE_BEFORE, "07:59", 1),
        (THREE_BEFORE, "08:00", 2),
        ("2026-03-29", "08:00", 2),
        (TUESDAY, "09:00", 2),
    ]:
        ask_for_hosts(at(day, clock))
        assert Ask.objects.count() == times, (day, clock)


def test_for_twenty_years_it_is_eight_on_the_clock():
    for year in range(2025, 2045):
        for month, day in ((3, 31), (4, 7), (10, 31), (11, 3)):
            surgery = Surgery(starts_at=local_moment(date(year, month, day), time(10)), venue=Venue())
            for days in (10, 3):
                moment = timezone.localtime(asked_at(surgery, days=days, hour=8))
                assert (moment.hour, moment.date()) == (8, date(year, month, day) - timedelta(days=days))


def test_the_five_who_fit_best_are_asked_once_a_week_at_most_about_all_in_one():
    venue = VenueFactory.create()
    surgery_on(venue=venue), surgery_on("2026-03-30", venue=venue), champions(12)
    ask_for_hosts(at(TEN_BEFORE))
    assert set(asked().values()) == {2}
    assert len(asked()) == 5
    surgery_on("2026-04-01", venue=venue)
    ask_for_hosts(at("2026-03-22"))
    assert (len(asked()), max(asked().values())) == (10, 2)
    surgery_on("2026-04-02", venue=venue)
    ask_for_hosts(at("2026-03-23"))
    surgery_on("2026-04-02", venue=venue)
    ask_for_hosts(at("2026-03-24"))
    assert (len(asked()), max(asked().values())) == (12, 2), "nobody is left who was not asked this week"


def test_control_without_that_rule_somebody_is_asked_twice_a_week(monkeypatch):
    monkeypatch.setattr(asking, "WEEK", timedelta())
    surgery_on(), champions(1)
    ask_for_hosts(at(TEN_BEFORE))
    surgery_on("2026-04-01")
    ask_for_hosts(at("2026-03-22"))
    assert max(asked().values()) == 2


def test_two_surgeries_are_one_email_and_none_once_they_have_hosts():
    first, second = surgery_on(hosts_wanted=1), surgery_on("2026-03-30", hosts_wanted=1)
    champions(1)
    ask_for_hosts(at(TEN_BEFORE))
    with time_machine.travel(at(TEN_BEFORE, "08:01"), tick=False):
        Worker().run(until_idle=True)
    assert [message.subject for message in mail.outbox] == ["Could you host? 2 surgeries need somebody"]
    assert str(mail.outbox[0].body).count("/step-in/") == 2
    mail.outbox.clear()
    ShiftFactory.create(surgery=first), ShiftFactory.create(surgery=second)
    ask_for_hosts(at(THREE_BEFORE))
    assert Ask.objects.count() == 2


def test_who_is_left_alone():
    surgery = surgery_on()
    theirs = dict(zip(("rests", "left", "hosts", "full", "unknown", "far", "fits"), champions(7), strict=True))
    Champion.objects.filter(pk=theirs["rests"].pk).update(state="resting", resting_until=date(2026, 5, 1))
    Champion.objects.filter(pk=theirs["left"].pk).update(state="left")
    ShiftFactory.create(surgery=surgery, champion=theirs["hosts"])
    Champion.objects.filter(pk=theirs["full"].pk).update(most_shifts_a_month=1)
    ShiftFactory.create(champion=theirs["full"], surgery__starts_at=at("2026-03-03", "10:00"), surgery__hosts_wanted=1)
    Champion.objects.filter(pk=theirs["unknown"].pk).update(user=None)
    theirs["far"].offices.add(VenueFactory.create().office)
    ask_for_hosts(at(TEN_BEFORE))
    assert set(asked()) == {theirs["fits"].pk}


def test_whom_a_shift_that_was_given_back_has_asked_is_enough():
    surgery = surgery_on(hosts_wanted=1)
    shift = ShiftFactory.create(surgery=surgery)
    champions(9)
    give_back(shifts=[shift], reason="Ill", now=at("2026-03-24"))
    ask_for_hosts(at("2026-03-24", "08:15"))
    assert Ask.objects.count() == 5
    ask_for_hosts(at(THREE_BEFORE))
    assert Ask.objects.count() == 9
