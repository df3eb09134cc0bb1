"""When a day ends, or is called off, nobody is here any more; and who was noted by mistake is forgotten."""

from datetime import timedelta

import pytest
from django.db import connection

from bookings.duties import close_the_room
from bookings.invariants import violations
from bookings.models import Attendee, Help, Visit
from bookings.services.attending import end_of_day, undo_arrival, walk_in
from bookings.services.diary import call_off
from tests.factories import BookingFactory, HelpFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shift(surgery):
    return ShiftFactory.create(surgery=surgery)


def test_at_midnight_whoever_is_here_leaves_and_no_help_goes_on(surgery, shift):
    late = surgery.ends_at + 10 * MINUTE
    helped = HelpFactory.create(visit__surgery=surgery, shift=shift)
    begun_late = HelpFactory.create(visit__surgery=surgery, shift=shift, starts_at=late)
    waiting, done = VisitFactory.create_batch(2, surgery=surgery)
    Visit.objects.filter(pk=done.pk).update(left_at=surgery.starts_at)
    elsewhere = HelpFactory.create(visit__surgery=SurgeryFactory.create(starts_at=surgery.starts_at + 48 * 60 * MINUTE))
    close_the_room(end_of_day(surgery) - MINUTE)
    assert Help.objects.going_on().count() == 3
    for _ in range(2):
        close_the_room(end_of_day(surgery))
        assert list(Help.objects.going_on()) == [elsewhere]
        left_at = dict(surgery.visits.values_list("pk", "left_at"))
        assert left_at == {
            helped.visit_id: surgery.ends_at,
            begun_late.visit_id: late,
            waiting.pk: surgery.ends_at,
            done.pk: surgery.starts_at,
        }
    assert list(Visit.objects.waiting()) == []
    assert violations() == {}


def test_calling_off_sends_everybody_home(surgery, shift):
    now = surgery.starts_at + MINUTE
    help_, waiting = HelpFactory.create(visit__surgery=surgery, shift=shift), VisitFactory.create(surgery=surgery)
    call_off(surgery=surgery, reason="A fire alarm.", now=now)
    help_.refresh_from_db()
    assert help_.ends_at == now
    assert set(surgery.visits.values_list("pk", "left_at")) == {(help_.visit_id, now), (waiting.pk, now)}
    assert violations() == {}


def test_a_name_alone_that_was_noted_by_mistake_is_forgotten(surgery):
    host, organiser = UserFactory.create(), UserFactory.create(organiser=True)
    now = surgery.starts_at
    mistake = walk_in(surgery=surgery, name="Dora", by=host, now=now)
    undo_arrival(visit=mistake, by=host, now=now)
    assert not Attendee.objects.exists()
    known = walk_in(surgery=surgery, name="Ada", email="ada@example.gov.uk", by=host, now=now)
    elsewhere = walk_in(surgery=surgery, name="Bob", by=host, now=now)
    BookingFactory.create(attendee=elsewhere.attendee)
    corrected = walk_in(surgery=surgery, name="Eve", by=host, now=now)
    for visit in (known, elsewhere):
        undo_arrival(visit=visit, by=host, now=now)
    undo_arrival(visit=corrected, by=organiser, now=end_of_day(surgery))
    assert set(Attendee.objects.values_list("name", flat=True)) == {"Ada", "Bob", "Eve"}


def test_who_waits_is_found_by_the_help_that_goes_on():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "help_going_on" in Visit.objects.waiting().explain()
