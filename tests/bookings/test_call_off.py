"""Calling a surgery off, and changing how many seats a slot has."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bookings.errors import BookingClosed, StillBooked
from bookings.finding import nearest_to
from bookings.invariants import violations
from bookings.services.diary import add_slot, call_off, call_off_several, set_seats
from notifications.models import OutboxEmail
from surgeries.models import Surgery
from surgeries.services import DiaryError
from tests.bookings.letters import write
from tests.factories import AttendeeFactory, BookingFactory, ShiftFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db


def test_calling_off_ends_every_booking_and_shift_and_tells_everybody_once(surgery, alices_booking, bobs_booking):
    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    shift = ShiftFactory.create(surgery=surgery)
    organiser = UserFactory.create()
    for _ in range(2):
        call_off(surgery=surgery, reason="The café is closed.", by=organiser)
    for row in (surgery, alices_booking, bobs_booking, waiting, shift):
        row.refresh_from_db()
    assert (surgery.state, surgery.called_off_by) == (Surgery.State.CALLED_OFF, organiser)
    assert {b.cancelled_reason for b in (alices_booking, bobs_booking, waiting)} == {"called off"}
    assert shift.ended_reason == "called off"
    assert OutboxEmail.objects.filter(kind="booking_called_off").count() == 3


def test_a_surgery_that_is_over_cannot_be_called_off(surgery):
    with pytest.raises(BookingClosed):
        call_off(surgery=surgery, reason="Too late.", now=surgery.ends_at)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_call_off_over_live_bookings(surgery, alices_booking):
    with pytest.raises(IntegrityError, match="no live booking"), transaction.atomic():
        Surgery.objects.filter(pk=surgery.pk).update(
            state="called_off", called_off_reason="By hand", called_off_at=surgery.starts_at
        )


def test_the_database_refuses_bookings_at_a_surgery_that_is_called_off(surgery):
    call_off(surgery=surgery, reason="The café is closed.")
    with pytest.raises(IntegrityError, match="called off"):
        BookingFactory.create(surgery=surgery)


def test_booked_seats_cannot_be_taken_away(surgery, alices_booking):
    slot = alices_booking.slot
    BookingFactory.create(surgery=surgery, slot=slot)
    with pytest.raises(StillBooked) as refusal:
        set_seats(slot=slot, seats=1)
    assert refusal.value.booked == 2
    assert slot.seats.count() == 2


def test_who_sat_or_hosted_there_gets_the_seat_that_they_wait_for_elsewhere(surgery, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at)
    off_as_well = SurgeryFactory.create(starts_at=surgery.starts_at)
    host = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create()).champion
    sat, hosted, elsewhere = (
        BookingFactory.create(surgery=at, waiting=True, attendee=who)
        for at, who in (
            (there, alices_booking.attendee),
            (there, AttendeeFactory.create(email=host.user.email)),
            (off_as_well, alices_booking.attendee),
        )
    )
    call_off_several(surgeries=[surgery, off_as_well], reason="The café is closed.")
    for each in (sat, hosted, elsewhere):
        each.refresh_from_db()
    assert [each.state for each in (sat, hosted, elsewhere)] == ["confirmed", "confirmed", "cancelled"]
    assert set(OutboxEmail.objects.filter(kind="booking_promoted").values_list("recipient", flat=True)) == {
        sat.attendee.email, hosted.attendee.email,
    }  # fmt: skip
    assert violations() == {}


def test_free_seats_are_taken_away_and_numbers_stay_unique(surgery, alices_booking):
    slot = alices_booking.slot
    for wanted in (1, 5, 2):
        set_seats(slot=slot, seats=wanted)
        assert slot.seats.count() == wanted
    assert alices_booking.seat in slot.seats.all()


def test_a_slot_lies_within_its_surgery(surgery):
    with pytest.raises(DiaryError, match="within the surgery, 10am to 11am"):
        add_slot(surgery=surgery, starts_at=surgery.starts_at, ends_at=surgery.ends_at.replace(year=2100), seats=1)


def test_the_application_cannot_drop_what_protects_it(surgery):
    with pytest.raises(Exception, match="must be owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT booking_seat_is_in_its_slot_and_surgery")


def test_who_loses_a_seat_is_offered_what_is_about_when_it_was_and_at_the_same_office_first():
    lost = SurgeryFactory.create(starts_at=local(40))
    there = SurgeryFactory.create(starts_at=local(90), venue=lost.venue)
    tomorrow, before, after = (SurgeryFactory.create(starts_at=local(days)) for days in (1, 37, 44))
    now = timezone.now()
    assert [entry.surgery for entry in nearest_to(lost, now=now)] == [there, before, after]
    assert [entry.surgery for entry in nearest_to(lost, now=now, apart_from=[there, before])] == [after, tomorrow]


def test_nobody_is_sent_where_they_have_booked_or_cannot_come_at_all(surgery, alice, alices_booking):
    sits, waits, short, free, hosts = (
        SurgeryFactory.create(starts_at=local(day), slots=slots)
        for day, slots in ((8, 3), (9, 3), (10, 1), (11, 3), (12, 3))
    )
    BookingFactory.create(surgery=sits, attendee=alice)
    BookingFactory.create(surgery=waits, attendee=alice, waiting=True)
    BookingFactory.create(surgery=SurgeryFactory.create(starts_at=short.starts_at), attendee=alice)
    user = UserFactory.create(email=alice.email)
    ShiftFactory.create(surgery=SurgeryFactory.create(starts_at=hosts.starts_at), champion__user=user)
    then = (nearest_to(surgery, now=timezone.now(), person=who, at_most=9) for who in (alice, None))
    theirs, all_of_them = ({entry.surgery for entry in found} for found in then)
    assert {sits, waits, short, hosts} < all_of_them
    assert free in theirs
    assert not {sits, waits, short, hosts} & theirs
    call_off(surgery=surgery, reason="The café is closed.")
    message = write(OutboxEmail.objects.get(kind="booking_called_off"))
    assert free.reference in message.text
    assert sits.reference not in message.text
