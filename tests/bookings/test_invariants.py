"""What must never be false: the database refuses it, and with the protection off `check_invariants` finds it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction
from django.db.models import F
from django.utils import timezone

from bookings.invariants import INVARIANTS, violations
from bookings.models import Attendee, Booking, Visit
from surgeries.models import Seat, Shift, Slot, Surgery
from tests.bookings.test_nobody_is_overlooked import OVERLOOKED
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    PairingFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
)

REFUSED = []


def refused(act):
    """An act that breaks an invariant of a surgery where Alice and Bob are booked."""
    REFUSED.append(act)
    return act


CALLED_OFF = {"state": "called_off", "called_off_reason": "By hand", "called_off_at": timezone.now()}


@refused
def two_bookings_in_one_seat(surgery):
    first, second = surgery.bookings.holding_a_seat().order_by("slot__starts_at")
    Booking.objects.filter(pk=second.pk).update(seat=first.seat, slot=first.slot)


@refused
def a_seat_of_another_surgery(surgery):
    seat = SurgeryFactory.create().seats.first()
    surgery.bookings.filter(pk=surgery.bookings.first().pk).update(seat=seat, slot=seat.slot)


@refused
def a_slot_of_another_surgery(surgery):
    Booking.objects.filter(pk=BookingFactory.create(surgery=surgery, cancelled=True).pk).update(
        slot=SurgeryFactory.create().slots.first()
    )


@refused
def confirmed_without_a_seat(surgery):
    surgery.bookings.update(seat=None)


@refused
def waiting_without_a_position(surgery):
    BookingFactory.create(surgery=surgery, waiting=True)
    surgery.bookings.waiting().update(position=None)


@refused
def cancelled_without_a_reason(surgery):
    surgery.bookings.update(state="cancelled", seat=None, cancelled_at=timezone.now(), canceller="attendee")


@refused
def a_position_given_twice(surgery):
    first, second = BookingFactory.create_batch(2, surgery=surgery, waiting=True)
    Booking.objects.filter(pk=second.pk).update(position=first.position)


@refused
def a_position_lower_than_one_that_was_given(surgery):
    _, second = BookingFactory.create_batch(2, surgery=surgery, waiting=True)
    Booking.objects.waiting().filter(surgery=surgery).exclude(pk=second.pk).delete()
    Booking.objects.filter(pk=second.pk).update(position=1)


@refused
def positions_that_start_again(surgery):
    BookingFactory.create(surgery=surgery, waiting=True)
    Surgery.objects.filter(pk=surgery.pk).update(last_position=0)


@refused
def called_off_with_live_bookings(surgery):
    Surgery.objects.filter(pk=surgery.pk).update(**CALLED_OFF)


@refused
def called_off_with_a_live_shift(surgery):
    shift = ShiftFactory.create()
    Surgery.objects.filter(pk=shift.surgery_id).update(**CALLED_OFF)


@refused
def a_booking_at_a_surgery_that_is_called_off(surgery):
    BookingFactory.create(surgery=SurgeryFactory.create(called_off=True))


@refused
def two_live_bookings_of_one_person(surgery):
    first, second = surgery.bookings.order_by("id")
    Booking.objects.filter(pk=second.pk).update(attendee=first.attendee)


@refused
def a_champion_in_two_places(surgery):
    shift = ShiftFactory.create(surgery=surgery)
    ShiftFactory.create(champion=shift.champion, starts_at=shift.starts_at + timedelta(minutes=5))


@refused
def a_surgery_that_ends_before_it_starts(surgery):
    Surgery.objects.filter(pk=surgery.pk).update(ends_at=F("starts_at"))


@refused
def a_slot_that_ends_before_it_starts(surgery):
    Slot.objects.filter(surgery=surgery).update(ends_at=F("starts_at"))


@refused
def two_seats_of_one_number(surgery):
    Seat.objects.filter(surgery=surgery).update(number=1)


@refused
def a_seat_moved_to_a_slot_of_another_surgery(surgery):
    Seat.objects.filter(pk=surgery.seats.filter(booking=None).first().pk).update(
        slot=SurgeryFactory.create().slots.first(), number=99
    )


@refused
def a_booked_seat_that_vanishes(surgery):
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM surgeries_seat WHERE surgery_id = %s", [surgery.pk])


@refused
def a_booked_slot_that_vanishes(surgery):
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM surgeries_seat s USING bookings_booking b WHERE b.seat_id = s.id")
        cursor.execute("DELETE FROM surgeries_slot WHERE surgery_id = %s", [surgery.pk])


@refused
def two_visits_of_one_person(surgery):
    visit = VisitFactory.create(surgery=surgery)
    VisitFactory.create(surgery=surgery, attendee=visit.attendee)


@refused
def a_visit_with_somebody_elses_booking(surgery):
    VisitFactory.create(surgery=surgery, attendee=AttendeeFactory.create(), booking=surgery.bookings.first())


@refused
def a_pairing_with_somebody_who_hosts_elsewhere(surgery):
    PairingFactory.create(booking=surgery.bookings.first(), shift=ShiftFactory.create())


@refused
def two_helps_of_one_person(surgery):
    visit = HelpFactory.create(visit__surgery=surgery).visit
    HelpFactory.create(visit=visit)


@refused
def help_by_who_hosts_elsewhere(surgery):
    HelpFactory.create(visit__surgery=surgery, shift=ShiftFactory.create())


@refused
def leaving_while_being_helped(surgery):
    help_ = HelpFactory.create(visit__surgery=surgery)
    Visit.objects.update(left_at=help_.starts_at)


@refused
def help_after_leaving(surgery):
    visit = VisitFactory.create(surgery=surgery, left_at=surgery.ends_at)
    HelpFactory.create(visit=visit)


@refused
def a_shift_that_ends_during_its_help(surgery):
    shift = HelpFactory.create(visit__surgery=surgery).shift
    Shift.objects.filter(pk=shift.pk).update(ended_at=timezone.now(), ended_reason="By hand")


@refused
def help_that_ends_before_it_starts(surgery):
    HelpFactory.create(visit__surgery=surgery, ends_at=surgery.starts_at - timedelta(minutes=1))


@refused
def a_visit_to_a_surgery_that_is_called_off(surgery):
    VisitFactory.create(surgery=SurgeryFactory.create(called_off=True))


@refused
def a_visit_to_a_draft(surgery):
    VisitFactory.create(surgery=SurgeryFactory.create(draft=True))


@pytest.fixture
def busy(surgery, alices_booking, bobs_booking):
    return surgery


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", REFUSED, ids=lambda act: act.__name__)
def test_the_database_refuses(act, busy):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(busy)
    assert violations() == {}


@pytest.mark.django_db
def test_a_healthy_diary_counts_0(busy, capsys):
    BookingFactory.create(surgery=SurgeryFactory.create(slots=0), waiting=True)
    ShiftFactory.create(surgery=busy)
    call_command("check_invariants")
    assert capsys.readouterr().out.strip() == "0"


PROTECTION_OFF = """
    ALTER TABLE bookings_booking DROP CONSTRAINT bookings_booking_seat_id_key;
    ALTER TABLE bookings_booking DROP CONSTRAINT booking_seat_is_in_its_slot_and_surgery;
    ALTER TABLE bookings_booking DROP CONSTRAINT booking_slot_is_in_its_surgery;
    ALTER TABLE bookings_booking DROP CONSTRAINT booking_confirmed_if_and_only_if_it_has_a_seat;
    ALTER TABLE bookings_booking DROP CONSTRAINT booking_waiting_if_and_only_if_it_has_a_position;
    ALTER TABLE bookings_booking DROP CONSTRAINT booking_cancelled_says_when_by_whom_and_why;
    DROP INDEX booking_position_is_unique_in_its_surgery;
    DROP INDEX booking_is_one_live_per_person_and_surgery;
    DROP TRIGGER booking_position_only_rises ON bookings_booking;
    DROP TRIGGER surgery_last_position_only_rises ON surgeries_surgery;
    DROP TRIGGER booking_is_not_at_a_called_off_surgery ON bookings_booking;
    DROP TRIGGER surgery_called_off_has_no_live_booking ON surgeries_surgery;
    DROP TRIGGER surgery_called_off_has_no_live_shift ON surgeries_surgery;
    DROP TRIGGER pairing_is_with_a_host_of_that_time ON bookings_pairing;
    ALTER TABLE surgeries_shift DROP CONSTRAINT shift_of_a_champion_never_overlaps;
    ALTER TABLE surgeries_surgery DROP CONSTRAINT surgery_ends_after_it_starts;
    ALTER TABLE surgeries_slot DROP CONSTRAINT slot_ends_after_it_starts;
    ALTER TABLE surgeries_seat DROP CONSTRAINT seat_number_is_unique_in_its_slot;
    ALTER TABLE bookings_visit DROP CONSTRAINT visit_is_once_per_person_and_surgery;
    ALTER TABLE bookings_visit DROP CONSTRAINT visit_booking_is_that_persons_for_that_surgery;
    ALTER TABLE bookings_help DROP CONSTRAINT help_of_a_person_is_by_one_at_a_time;
    ALTER TABLE bookings_help DROP CONSTRAINT help_is_by_a_host_of_that_surgery;
    DROP TRIGGER visit_is_to_a_published_surgery ON bookings_visit;
    DROP TRIGGER visit_ends_after_its_help ON bookings_visit;
    DROP TRIGGER help_is_while_both_are_here ON bookings_help;
    DROP TRIGGER shift_ends_after_its_help ON surgeries_shift;
"""
FOUND = {
    two_bookings_in_one_seat: "a seat holds at most one live booking",
    a_seat_of_another_surgery: "a booking's seat and slot belong to its surgery",
    a_slot_of_another_surgery: "a booking's seat and slot belong to its surgery",
    confirmed_without_a_seat: "confirmed has a seat, waiting has a position, cancelled says when, by whom and why",
    waiting_without_a_position: "confirmed has a seat, waiting has a position, cancelled says when, by whom and why",
    cancelled_without_a_reason: "confirmed has a seat, waiting has a position, cancelled says when, by whom and why",
    a_position_given_twice: "a position is unique in its surgery and was given by it",
    positions_that_start_again: "a position is unique in its surgery and was given by it",
    called_off_with_live_bookings: "a surgery that is called off has no live booking and no live shift",
    called_off_with_a_live_shift: "a surgery that is called off has no live booking and no live shift",
    a_booking_at_a_surgery_that_is_called_off: "a surgery that is called off has no live booking and no live shift",
    two_live_bookings_of_one_person: "a person has one live booking per surgery",
    a_champion_in_two_places: "no champion is on two overlapping live shifts",
    a_pairing_with_somebody_who_hosts_elsewhere: (
        "whoever is to sit with a champion has a seat while that champion hosts"
    ),
    **dict.fromkeys(
        (
            two_helps_of_one_person,
            help_by_who_hosts_elsewhere,
            leaving_while_being_helped,
            help_after_leaving,
            a_shift_that_ends_during_its_help,
        ),
        "nobody is helped by two at once, after having left, at another surgery, or by who hosts no more",
    ),
    a_surgery_that_ends_before_it_starts: "ends come after starts, and seats are numbered from 1 without repeating",
    a_slot_that_ends_before_it_starts: "ends come after starts, and seats are numbered from 1 without repeating",
    two_seats_of_one_number: "ends come after starts, and seats are numbered from 1 without repeating",
    two_visits_of_one_person: "a visit is once per person and surgery, and its booking is theirs",
    a_visit_with_somebody_elses_booking: "a visit is once per person and surgery, and its booking is theirs",
    **dict.fromkeys(
        (a_visit_to_a_draft, a_visit_to_a_surgery_that_is_called_off),
        "nobody is at a surgery that is a draft or called off",
    ),
}


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("act", FOUND, ids=lambda act: act.__name__)
def test_with_the_protection_off_the_check_finds(unprotected, busy, act):
    act(busy)
    assert FOUND[act] in violations()


@pytest.fixture
def unprotected():
    """Everything that refuses is dropped, in the test's transaction, as only the owner can: so the owner acts."""
    application = connections["default"]
    connections["default"] = connections["owner"]
    with connections["default"].cursor() as cursor:
        cursor.execute(PROTECTION_OFF)
    yield
    connections["default"] = application


@pytest.mark.django_db
class TestRulesOfTheServices:
    """No constraint can say these, so rows that break them can be made, and the check has to find them."""

    def test_slots_lie_within_their_surgery(self, busy):
        Slot.objects.filter(surgery=busy).update(ends_at=busy.ends_at + timedelta(hours=1))
        assert "slots lie within their surgery" in violations()

    def test_nobody_is_confirmed_in_two_overlapping_slots(self, busy, alice):
        BookingFactory.create(attendee=alice, surgery=SurgeryFactory.create(starts_at=busy.starts_at))
        assert "nobody is confirmed in two overlapping slots" in violations()

    def test_nobody_is_confirmed_while_hosting(self, busy, alice):
        user = UserFactory.create(email=alice.email)
        ShiftFactory.create(surgery=busy, champion=ChampionFactory.create(user=user))
        assert "nobody is confirmed while hosting" in violations()
        Shift.objects.update(ended_at=timezone.now(), ended_reason="Given back")
        assert violations() == {}

    def test_nobody_is_here_where_it_is_called_off(self):
        visit = VisitFactory.create()
        Surgery.objects.filter(pk=visit.surgery_id).update(**CALLED_OFF)
        assert violations() == {"nobody is at a surgery that is a draft or called off": [visit.pk]}

    def test_a_record_that_was_merged_has_nothing_and_leads_to_one_that_was_not(self):
        found = "a record that was merged has nothing, and leads to one that was not"
        gone, has, other = AttendeeFactory.create_batch(3)
        Attendee.objects.filter(pk=gone.pk).update(email=None, merged_into=has)
        assert violations() == {}
        booking = BookingFactory.create(attendee=gone, cancelled=True)
        assert violations() == {found: [gone.pk]}
        booking.delete()
        visit = VisitFactory.create(attendee=gone)
        assert violations() == {found: [gone.pk]}
        visit.delete()
        Attendee.objects.filter(pk=has.pk).update(email=None, merged_into=other)
        assert violations() == {found: [gone.pk]}

    def test_slots_that_would_suit_are_of_the_surgery(self, busy):
        BookingFactory.create(surgery=busy, waiting=True).suits.set(SurgeryFactory.create().slots.all())
        assert "the slots that would suit are slots of the surgery" in violations()
        with pytest.raises(CommandError, match="would suit"):
            call_command("check_invariants")


def test_every_invariant_has_been_seen_broken():
    rules = {
        OVERLOOKED,
        "slots lie within their surgery",
        "nobody is confirmed in two overlapping slots",
        "nobody is confirmed while hosting",
        "a record that was merged has nothing, and leads to one that was not",
        "the slots that would suit are slots of the surgery",
    }
    assert set(INVARIANTS) == set(FOUND.values()) | rules
