"""Who is here: arriving with a booking or without, once, while the doors are open; and taking it back."""

import uuid
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from bookings.errors import DoorsClosed, WasHelped
from bookings.models import Attendee, Correction, Visit
from bookings.services.attending import check_in, end_of_day, undo_arrival, walk_in
from tests.factories import (
    BookingFactory,
    HelpFactory,
    OutcomeFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def host():
    return UserFactory.create()


@pytest.fixture
def organiser():
    return UserFactory.create(organiser=True)


def test_who_booked_is_here_once_however_often_they_say_so(surgery, alices_booking, host):
    first = check_in(booking=alices_booking, now=surgery.starts_at)
    again = check_in(booking=alices_booking, by=host, now=surgery.starts_at + HOUR / 2)
    assert first == again == Visit.objects.get()
    assert (first.booking, first.name, first.arrived_at) == (alices_booking, alices_booking.name, surgery.starts_at)
    assert again.taken_in_by is None


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
def test_who_has_no_seat_walks_in_about_what_they_told_us(surgery, state):
    booking = BookingFactory.create(surgery=surgery, **{state: True})
    topic = TopicFactory.create()
    booking.topics.set([topic])
    visit = check_in(booking=booking, now=surgery.starts_at)
    assert (visit.booking, list(visit.topics.all())) == (None, [topic])


def test_the_doors_open_an_hour_before_and_close_at_the_end(surgery, alices_booking):
    for moment in (surgery.starts_at - HOUR - SECOND, surgery.ends_at):
        with pytest.raises(DoorsClosed):
            check_in(booking=alices_booking, now=moment)
        with pytest.raises(DoorsClosed):
            walk_in(surgery=surgery, name="Dora", request_id=uuid.uuid4(), now=moment)
    for moment in (surgery.starts_at - HOUR, surgery.ends_at - SECOND):
        walk_in(surgery=surgery, name="Dora", request_id=uuid.uuid4(), now=moment)
    assert Visit.objects.count() == 2


@pytest.mark.parametrize("state", ["draft", "called_off"])
def test_nobody_comes_to_what_does_not_take_place(state):
    surgery = SurgeryFactory.create(**{state: True})
    with pytest.raises(DoorsClosed):
        walk_in(surgery=surgery, name="Dora", request_id=uuid.uuid4(), now=surgery.starts_at)


def test_hosts_note_people_until_midnight_and_organisers_for_thirty_days(surgery, alices_booking, host, organiser):
    midnight = end_of_day(surgery)
    assert midnight == local(8, 0)
    with pytest.raises(DoorsClosed):
        check_in(booking=alices_booking, by=host, now=midnight)
    with pytest.raises(DoorsClosed):
        check_in(booking=alices_booking, by=organiser, now=surgery.ends_at + timedelta(days=30))
    visit = check_in(booking=alices_booking, by=host, now=midnight - SECOND)
    assert visit.taken_in_by == host


def test_what_organisers_correct_after_the_day_leaves_a_trace(surgery, alices_booking, organiser):
    day_after = end_of_day(surgery)
    visit = check_in(booking=alices_booking, by=organiser, now=day_after - SECOND)
    assert not Correction.objects.exists()
    undo_arrival(visit=visit, by=organiser, now=day_after)
    check_in(booking=alices_booking, by=organiser, now=day_after + HOUR)
    walk_in(surgery=surgery, name="Dora", request_id=uuid.uuid4(), by=organiser, now=day_after + HOUR)
    traces = Correction.objects.values_list("what", "attendee__name", "corrected_by")
    assert list(traces) == [
        ("did_not_come", alices_booking.name, organiser.pk),
        ("came", alices_booking.name, organiser.pk),
        ("walked_in", "Dora", organiser.pk),
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE bookings_correction SET what = 'came'", "DELETE FROM bookings_correction"]
)
def test_a_trace_stays(surgery, alices_booking, organiser, statement):
    check_in(booking=alices_booking, by=organiser, now=end_of_day(surgery))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        transaction.get_connection().cursor().execute(statement)


def test_a_walk_in_is_a_name_alone_if_that_is_all_there_is(surgery, host):
    form = uuid.uuid4()
    for _ in range(2):
        visit = walk_in(surgery=surgery, name="Dora", request_id=form, by=host, now=surgery.starts_at)
    assert Visit.objects.get() == visit
    assert (visit.name, visit.attendee.email, visit.booking) == ("Dora", None, None)
    walk_in(surgery=surgery, name="Dora", request_id=uuid.uuid4(), by=host, now=surgery.starts_at)
    assert Attendee.objects.filter(name="Dora").count() == 2


def test_a_walk_in_with_a_known_address_is_that_person_and_renames_nobody(surgery, charlie):
    topic = TopicFactory.create()
    for form in (uuid.uuid4(), uuid.uuid4()):
        visit = walk_in(
            surgery=surgery, name="Charles", email=charlie.email, topics=[topic], request_id=form, now=surgery.starts_at
        )
    charlie.refresh_from_db()
    assert (visit.attendee, visit.name, charlie.name) == (charlie, "Charles", "Charlie Chowdhury")
    assert list(visit.topics.all()) == [topic]
    assert Visit.objects.count() == 1


def test_whoever_booked_and_walks_in_came_for_their_seat(surgery, alice, alices_booking):
    visit = walk_in(surgery=surgery, name="A", email=alice.email, request_id=uuid.uuid4(), now=surgery.starts_at)
    assert visit.booking == alices_booking


def test_an_arrival_is_taken_back_until_somebody_sat_with_them(surgery, alices_booking, host):
    visit = check_in(booking=alices_booking, by=host, now=surgery.starts_at)
    for _ in range(2):
        undo_arrival(visit=visit, by=host, now=surgery.starts_at)
    assert not Visit.objects.exists()
    for of in (HelpFactory, OutcomeFactory):
        visit = VisitFactory.create(surgery=surgery)
        of.create(visit=visit)
        with pytest.raises(WasHelped):
            undo_arrival(visit=visit, by=host, now=surgery.starts_at)
    assert Visit.objects.count() == 2


def test_times_are_the_present_unless_said_otherwise(alices_booking):
    with pytest.raises(DoorsClosed):
        check_in(booking=alices_booking)
    now = BookingFactory.create(surgery__starts_at=timezone.now())
    assert abs(check_in(booking=now).arrived_at - timezone.now()) < timedelta(minutes=1)
