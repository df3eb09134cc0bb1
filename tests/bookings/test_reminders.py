"""Reminders: on the morning of the working day before, of the office's nation, once, and to nobody who just booked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.utils import timezone

from bookings import duties
from bookings.duties import AHEAD, remind, reminded_at
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel, move
from bookings.services.diary import call_off
from notifications.models import OutboxEmail
from notifications.worker import Worker
from organisation.models import Department, Office
from organisation.working_days import is_working_day
from surgeries.models import Surgery, Venue, local_moment
from tests.bookings.letters import EMAIL, last_email, write
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory

pytestmark = pytest.mark.django_db
ENGLAND, SCOTLAND = Office.Nation.ENGLAND, Office.Nation.SCOTLAND
WALES, NORTHERN_IRELAND = Office.Nation.WALES, Office.Nation.NORTHERN_IRELAND


def at(day: str, clock: str = "08:00") -> datetime:
    """The moment when clocks in London show that time."""
    return local_moment(date.fromisoformat(day), time.fromisoformat(clock))


def surgery_on(day: str, nation: str = ENGLAND, **facts) -> Surgery:
    return SurgeryFactory.create(starts_at=at(day, "10:00"), venue__office__nation=nation, **facts)


def seat_at(surgery: Surgery, *, since: datetime | None = None, **facts) -> Booking:
    """A booking that was made three weeks before, unless told otherwise."""
    since = since or surgery.starts_at - timedelta(days=21)
    return BookingFactory.create(surgery=surgery, created_at=since, **facts)


def reminded() -> list[int]:
    """The ids of the bookings whose reminders were queued."""
    return sorted(row.about["booking"] for row in OutboxEmail.objects.filter(kind="booking_reminder"))


def is_reminded(booking: Booking, now: datetime) -> bool:
    remind(now)
    return reminded() == [booking.pk]


# ── When ──────────────────────────────────────────────────────────────────────────────────────────────────────
# From https://www.gov.uk/bank-holidays, https://www.mygov.scot/scotland-bank-holidays
# and https://www.nidirect.gov.uk/articles/bank-holidays
DAYS = [
    ("2026-03-03", ENGLAND, "2026-03-02"),  # Tuesday: the day before
    ("2026-03-02", ENGLAND, "2026-02-27"),  # Monday: Friday
    ("2026-01-05", ENGLAND, "2026-01-02"),
    ("2026-01-05", SCOTLAND, "2025-12-31"),  # 2 January
    ("2026-03-18", WALES, "2026-03-17"),
    ("2026-03-18", NORTHERN_IRELAND, "2026-03-16"),  # St Patrick's Day
    ("2026-04-07", ENGLAND, "2026-04-02"),  # Good Friday to Easter Monday
    ("2026-04-07", SCOTLAND, "2026-04-06"),  # Easter Monday is none there
    ("2026-07-14", ENGLAND, "2026-07-13"),
    ("2026-07-14", NORTHERN_IRELAND, "2026-07-10"),  # the Battle of the Boyne, put off from Sunday
    ("2026-08-04", ENGLAND, "2026-08-03"),
    ("2026-08-04", SCOTLAND, "2026-07-31"),  # their summer bank holiday
    ("2026-09-01", ENGLAND, "2026-08-28"),  # and that of everybody else
    ("2026-09-01", SCOTLAND, "2026-08-31"),
    ("2026-12-01", WALES, "2026-11-30"),
    ("2026-12-01", SCOTLAND, "2026-11-27"),  # St Andrew's Day
    ("2026-12-29", WALES, "2026-12-24"),  # Boxing Day, put off from Saturday
]


@pytest.mark.parametrize(("day", "nation", "before"), DAYS)
def test_reminders_go_out_at_eight_on_the_working_day_before(day, nation, before):
    booking = seat_at(surgery_on(day, nation))
    assert not is_reminded(booking, at(before, "07:59"))
    assert is_reminded(booking, at(before, "08:00"))


def test_control_if_every_day_were_a_working_day_reminders_would_come_on_the_wrong_one(monkeypatch):
    monkeypatch.setattr(duties, "working_day_before", lambda day, nation: day - timedelta(days=1))
    wrong = []
    for day, nation, before in DAYS:
        office = Office(nation=nation)
        surgery = Surgery(starts_at=at(day, "10:00"), venue=Venue(office=office))
        if reminded_at(surgery, hour=8) != at(before):
            wrong.append(day)
    assert len(wrong) == 10


def test_for_twenty_years_in_every_nation_it_is_the_last_working_morning_before():
    """Clock changes included: it is eight on the clock, and the look-ahead is long enough."""
    for nation in Office.Nation:
        venue = Venue(office=Office(nation=nation))
        for number in range((date(2045, 1, 1) - date(2025, 1, 1)).days):
            day = date(2025, 1, 1) + timedelta(days=number)
            surgery = Surgery(starts_at=local_moment(day, time(10)), venue=venue)
            moment = timezone.localtime(reminded_at(surgery, hour=8))
            assert (moment.hour, moment.minute) == (8, 0)
            assert is_working_day(moment.date(), nation)
            between = (moment.date() + timedelta(days=gap) for gap in range(1, (day - moment.date()).days))
            assert not any(is_working_day(idle, nation) for idle in between)
            assert moment < surgery.starts_at < moment + AHEAD


@pytest.mark.parametrize(("day", "utc"), [("2026-03-30", "2026-03-27T08:00Z"), ("2026-10-26", "2026-10-23T07:00Z")])
def test_the_morning_is_that_of_the_clock_across_a_clock_change(day, utc):
    booking = seat_at(surgery_on(day))
    moment = datetime.fromisoformat(utc)
    assert not is_reminded(booking, moment - timedelta(minutes=1))
    assert is_reminded(booking, moment)


def test_the_hour_is_the_departments():
    Department.objects.create(pk=1, name="Early birds", reminder_hour=6)
    booking = seat_at(surgery_on("2026-03-03"))
    assert not is_reminded(booking, at("2026-03-02", "05:59"))
    assert is_reminded(booking, at("2026-03-02", "06:00"))


# ── Whom ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def tuesday() -> Surgery:
    return surgery_on("2026-03-03")


MORNING = at("2026-03-02")


def test_everybody_with_a_seat_is_reminded_and_nobody_else(tuesday):
    seated = [seat_at(tuesday), seat_at(tuesday)]
    seat_at(tuesday, waiting=True)
    seat_at(tuesday, cancelled=True)
    seat_at(tuesday, attendee=AttendeeFactory.create(email=None))
    seat_at(surgery_on("2026-03-04"))
    remind(MORNING)
    assert reminded() == [booking.pk for booking in seated]


@pytest.mark.parametrize("minutes", [0, 1, 60])
def test_who_booked_since_that_morning_is_not_reminded(tuesday, minutes):
    booking = seat_at(tuesday, since=MORNING + timedelta(minutes=minutes))
    assert not is_reminded(booking, MORNING + timedelta(hours=3))


def test_who_was_promoted_since_that_morning_is_not_reminded():
    with time_machine.travel(at("2026-02-20"), tick=False):
        surgery = surgery_on("2026-03-03", slots=1, seats=1)
        gives_up = seat_at(surgery)
        gets_it = seat_at(surgery, waiting=True)
    cancel(booking=gives_up, now=MORNING + timedelta(minutes=30))
    remind(MORNING + timedelta(hours=1))
    gets_it.refresh_from_db()
    assert gets_it.is_confirmed
    assert reminded() == []


def test_who_was_promoted_before_is_reminded():
    surgery = surgery_on("2026-03-03", slots=1, seats=1)
    gives_up, gets_it = seat_at(surgery), seat_at(surgery, waiting=True)
    cancel(booking=gives_up, now=MORNING - timedelta(days=2))
    assert is_reminded(gets_it, MORNING)


def test_who_moved_since_that_morning_is_not_reminded_of_the_new_time(tuesday):
    booking = seat_at(tuesday)
    move(booking=booking, slot=tuesday.slots.last(), now=MORNING + timedelta(minutes=2))
    assert not is_reminded(booking, MORNING + timedelta(minutes=3))


def test_who_moves_to_another_week_is_reminded_of_that_as_well(tuesday):
    booking = seat_at(tuesday)
    remind(MORNING)
    later = surgery_on("2026-03-10")
    move(booking=booking, slot=later.slots.first(), now=MORNING + timedelta(hours=1))
    remind(MORNING + timedelta(hours=2))
    assert reminded() == [booking.pk]
    remind(at("2026-03-09"))
    assert reminded() == [booking.pk] * 2


def test_nobody_is_reminded_of_a_surgery_that_was_called_off(tuesday):
    booking = seat_at(tuesday)
    call_off(surgery=tuesday, reason="No coffee", now=MORNING - timedelta(days=1))
    assert not is_reminded(booking, MORNING)


# ── Once, and not too late ────────────────────────────────────────────────────────────────────────────────────
def test_a_worker_that_was_down_in_the_morning_still_reminds_until_the_slot_begins(tuesday):
    first, last = tuesday.slots.first(), tuesday.slots.last()
    too_late, in_time = seat_at(tuesday, slot=first), seat_at(tuesday, slot=last)
    assert is_reminded(in_time, first.starts_at)
    assert too_late.pk not in reminded()
    assert OutboxEmail.objects.get(about__booking=in_time.pk).not_after == last.starts_at


def test_however_often_it_runs_everybody_is_reminded_once(tuesday):
    booking = seat_at(tuesday)
    for minutes in range(0, 26 * 60, 25):
        remind(MORNING + timedelta(minutes=minutes))
    assert reminded() == [booking.pk]


def test_control_without_the_key_everybody_is_reminded_each_time(tuesday, monkeypatch):
    booking = seat_at(tuesday)
    queue = duties.queue_reminders

    def forgetful(bookings, *, now):
        queued = queue(bookings, now=now)
        for row in OutboxEmail.objects.all():
            OutboxEmail.objects.filter(pk=row.pk).update(dedupe_key=uuid4())
        return queued

    monkeypatch.setattr(duties, "queue_reminders", forgetful)
    remind(MORNING)
    remind(MORNING)
    assert reminded() == [booking.pk] * 2


@pytest.mark.django_db(transaction=True)
def test_however_many_run_it_at_once_everybody_is_reminded_once():
    surgery = surgery_on("2026-03-03", slots=6, seats=5)
    expected = sorted(seat_at(surgery).pk for _ in range(30))

    def run(_) -> None:
        try:
            remind(MORNING)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(run, range(24)))
    assert reminded() == expected


def test_it_takes_no_more_queries_for_more_surgeries(django_assert_num_queries):
    seat_at(surgery_on("2026-03-03"))
    with django_assert_num_queries(4):
        remind(MORNING)
    for _ in range(9):
        seat_at(surgery_on("2026-03-03"))
    with django_assert_num_queries(4):
        remind(MORNING)
    assert len(reminded()) == 10


@pytest.mark.django_db(transaction=True)
def test_the_worker_reminds_by_itself_and_the_email_leads_to_the_cancel_page():
    # Years from now, so that the worker of a live product, which may look at the same database, has not been there.
    morning = at("2029-03-05")
    with time_machine.travel(at("2029-02-20"), tick=False):
        surgery = surgery_on("2029-03-06")
        slot = surgery.slots.first()
        book(surgery=surgery, slot=slot, name="Alice", email=EMAIL, answers=Answers(), request_id=uuid4())
        Worker().run(until_idle=True)
    with time_machine.travel(morning - timedelta(minutes=10)) as clock:
        Worker().run(until_idle=True)
        assert len(mail.outbox) == 1
        clock.move_to(morning + timedelta(minutes=1))
        for _ in range(3):
            Worker().run(until_idle=True)
        clock.move_to(morning + timedelta(hours=5))
        Worker().run(until_idle=True)
    _, email = mail.outbox
    assert email.to == [EMAIL]
    assert email.subject.startswith("Reminder: Tuesday 6 March, 10am")
    assert "See you tomorrow" in email.body
    assert "/cancel/" in email.body


@pytest.mark.parametrize(
    ("day", "now", "words"),
    [
        ("2026-03-03", "2026-03-02", "See you tomorrow"),
        ("2026-03-02", "2026-02-27", "See you on Monday"),
        ("2026-04-07", "2026-04-02", "See you on Tuesday"),
        ("2026-03-03", "2026-03-03", "See you today"),
    ],
)
def test_a_reminder_says_when_as_people_say_it(day, now, words):
    surgery = surgery_on(day)
    seat_at(surgery, attendee=AttendeeFactory.create(email=EMAIL))
    with time_machine.travel(at(now), tick=False):
        remind(timezone.now())
        message = write(last_email("booking_reminder"))
    assert message
    assert message.text.startswith(f"{words}\n")
