"""How long a walk-in may wait: from who hosts, who is here, who is about to come, and how long help took that day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.queue import rounded, turns, usual_help, wait_at
from tests.factories import BookingFactory, HelpFactory, ShiftFactory, SurgeryFactory, VisitFactory

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("hosts", "busy", "ahead", "expected"),
    [
        (0, 0, 0, 0),  # nobody hosts yet
        (0, 0, 5, 0),
        (1, 0, 0, 0),  # somebody is free
        (3, 1, 1, 0),
        (1, 0, 1, 1),  # somebody is free, and somebody else is first
        (1, 1, 0, 1),
        (2, 2, 0, 1),
        (2, 1, 1, 1),
        (2, 2, 3, 4),
        (4, 4, 9, 10),
    ],
)
def test_so_many_have_to_be_done_before_somebody_has_time(hosts, busy, ahead, expected):
    assert turns(hosts=hosts, busy=busy, ahead=ahead) == expected


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, 5), (1, 5), (5, 5), (5.01, 10), (20, 20), (21, 25), (60, 60), (61, 65)]
)
def test_it_is_said_in_steps_of_five_minutes_rounded_up(minutes, said):
    assert rounded(minutes * MINUTE) == said * MINUTE


@pytest.fixture
def surgery(db):
    """On for two hours, in slots of 20 minutes, with a host who sits with somebody since the start."""
    surgery = SurgeryFactory.create(slots=6)
    helped(surgery, ShiftFactory.create(surgery=surgery))
    return surgery


def helped(surgery, shift, *, minutes=None):
    """Somebody sits with this host from the start on, for so long or still."""
    ends_at = surgery.starts_at + minutes * MINUTE if minutes is not None else None
    visit = VisitFactory.create(surgery=surgery, left_at=ends_at)
    return HelpFactory.create(visit=visit, shift=shift, ends_at=ends_at)


def minutes(surgery, *, after=30):
    wait = wait_at(surgery, now=surgery.starts_at + after * MINUTE)
    return wait.minutes if wait else None


def test_while_the_only_host_is_busy_it_is_about_a_slot(surgery):
    assert minutes(surgery) == 20


def test_nothing_is_said_while_somebody_is_free(surgery):
    ShiftFactory.create(surgery=surgery)
    assert minutes(surgery) is None
    assert minutes(surgery, after=-30) is None, "nor before anybody hosts"


@pytest.mark.parametrize("facts", [{"given_back": True}, {"later": True}])
def test_only_who_hosts_now_counts(surgery, facts):
    later = {"starts_at": surgery.starts_at + 40 * MINUTE} if facts.pop("later", None) else {}
    ShiftFactory.create(surgery=surgery, **facts, **later)
    assert minutes(surgery) == 20


def test_who_is_here_and_not_helped_goes_first(surgery):
    VisitFactory.create_batch(2, surgery=surgery)
    assert minutes(surgery) == 60
    VisitFactory.create(surgery=surgery, left_at=surgery.ends_at)
    assert minutes(surgery) == 60, "and who has left waits no more"


def test_so_does_who_has_a_seat_that_is_about_to_begin(surgery):
    slots = list(surgery.slots.all())
    for slot in (slots[0], slots[2], slots[3]):  # at 10:00, 10:40 and 11:00; it is 10:30
        BookingFactory.create(surgery=surgery, slot=slot)
    assert minutes(surgery) == 40
    VisitFactory.create(booking=BookingFactory.create(surgery=surgery, slot=slots[2]))
    VisitFactory.create(booking=BookingFactory.create(surgery=surgery, slot=slots[3]))
    assert minutes(surgery) == 60, "and who came much too early for theirs does not"


def test_what_somebody_booked_since_they_came_counts_as_what_they_booked_before(surgery):
    slots = list(surgery.slots.all())
    for slot in (slots[2], slots[3]):  # at 10:40 and 11:00; it is 10:30
        VisitFactory.create(surgery=surgery, attendee=BookingFactory.create(surgery=surgery, slot=slot).attendee)
    assert minutes(surgery) == 40, "whoever came much too early does not go first, and nobody counts twice"


def test_the_day_draws_it_away_from_the_length_of_a_slot_little_by_little(surgery):
    shift = surgery.shifts.get()
    said = [minutes(surgery)]
    for _ in range(12):
        helped(surgery, shift, minutes=6)
        said.append(minutes(surgery))
    assert said == [20, 20, 15, 15, 15, 15, 15, 15, 10, 10, 10, 10, 10]
    assert usual_help(surgery, slot=20 * MINUTE) == (3 * 20 + 12 * 6) * MINUTE / 15


@pytest.mark.parametrize("before", [(), (20,), (6, 6), (30, 10, 25)])
@pytest.mark.parametrize("took", [0, 1, 40, 180])
def test_one_visit_moves_it_by_a_quarter_of_a_slot_at_most(surgery, before, took):
    shift = surgery.shifts.get()
    for each in before:
        helped(surgery, shift, minutes=each)
    was = usual_help(surgery, slot=20 * MINUTE)
    helped(surgery, shift, minutes=took)
    assert abs(usual_help(surgery, slot=20 * MINUTE) - was) <= 5 * MINUTE


def test_who_was_passed_on_was_helped_by_both(surgery):
    shift = surgery.shifts.get()
    visit = VisitFactory.create(surgery=surgery, left_at=surgery.starts_at + 30 * MINUTE)
    for begins, ends in ((0, 12), (12, 28)):
        times = {"starts_at": surgery.starts_at + begins * MINUTE, "ends_at": surgery.starts_at + ends * MINUTE}
        HelpFactory.create(visit=visit, shift=shift, **times)
    assert usual_help(surgery, slot=20 * MINUTE) == 22 * MINUTE


def test_more_hosts_are_faster(surgery):
    helped(surgery, ShiftFactory.create(surgery=surgery))
    assert minutes(surgery) == 10


def test_it_says_when_that_is_past_the_end(surgery):
    VisitFactory.create_batch(4, surgery=surgery)
    assert not wait_at(surgery, now=surgery.starts_at).is_past_the_end
    assert wait_at(surgery, now=surgery.starts_at + 30 * MINUTE).is_past_the_end


def test_one_long_slot_says_nothing_of_how_long_help_takes(db):
    surgery = SurgeryFactory.create(slots=1, slot_length=timedelta(hours=2))
    helped(surgery, ShiftFactory.create(surgery=surgery))
    assert minutes(surgery) == 20


def test_what_happens_elsewhere_makes_no_difference(surgery):
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at)
    shift = ShiftFactory.create(surgery=elsewhere)
    helped(elsewhere, shift, minutes=1), helped(elsewhere, shift, minutes=1)
    VisitFactory.create_batch(2, surgery=elsewhere), BookingFactory.create(surgery=elsewhere)
    assert minutes(surgery) == 20


def test_it_takes_two_statements_however_many_there_are(surgery):
    VisitFactory.create_batch(12, surgery=surgery)
    with CaptureQueriesContext(connection) as queries:
        assert minutes(surgery)
    assert len(queries) == 2
