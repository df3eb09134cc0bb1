"""Half of the connections book and cancel, the other half try to break in as the application's role."""

import itertools
import random
import time
import uuid
from contextlib import suppress
from functools import partial

import psycopg
import pytest
from django.db import Error, IntegrityError, ProgrammingError, connection, transaction

from bookings.errors import BookingError
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel
from runner.postgres import OWNER
from surgeries.models import Surgery
from tests.concurrency.crowd import FULL_SIZE, all_at_once
from tests.factories import ShiftFactory, SurgeryFactory
from tests.live import database_url

SECONDS, CONNECTIONS = (60, 64) if FULL_SIZE else (4, 16)

ISOLATION = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
ATTACKS = [
    # double seat, stolen seat
    """UPDATE bookings_booking SET seat_id = s.id, slot_id = s.slot_id, state = 'confirmed', position = NULL
       FROM surgeries_seat s WHERE bookings_booking.id = (SELECT id FROM bookings_booking ORDER BY random() LIMIT 1)
       AND s.id = (SELECT seat_id FROM bookings_booking WHERE seat_id IS NOT NULL ORDER BY random() LIMIT 1)""",
    """UPDATE bookings_booking SET seat_id = (SELECT id FROM surgeries_seat ORDER BY random() LIMIT 1)
       WHERE state = 'confirmed' AND random() < 0.3""",
    "UPDATE bookings_booking SET seat_id = NULL WHERE state = 'confirmed'",
    "UPDATE bookings_booking SET state = 'confirmed' WHERE state = 'waiting'",
    "UPDATE bookings_booking SET surgery_id = (SELECT id FROM surgeries_surgery ORDER BY random() LIMIT 1)",
    # cut capacity
    "DELETE FROM surgeries_seat WHERE id = (SELECT seat_id FROM bookings_booking WHERE seat_id IS NOT NULL LIMIT 1)",
    "UPDATE surgeries_seat SET slot_id = (SELECT id FROM surgeries_slot ORDER BY random() LIMIT 1), number = 77",
    "UPDATE surgeries_seat SET surgery_id = (SELECT id FROM surgeries_surgery ORDER BY random() LIMIT 1)",
    "DELETE FROM surgeries_slot",
    "DELETE FROM surgeries_surgery",
    # positions
    "UPDATE bookings_booking SET position = 1 WHERE state = 'waiting'",
    "UPDATE bookings_booking SET position = position - 1 WHERE state = 'waiting'",
    "UPDATE surgeries_surgery SET last_position = 0",
    # persons, cancellations, called off
    """UPDATE bookings_booking
       SET attendee_id = (SELECT min(attendee_id) FROM bookings_booking WHERE state <> 'cancelled')""",
    "UPDATE bookings_booking SET cancelled_at = now() WHERE state <> 'cancelled'",
    "UPDATE bookings_booking SET state = 'waiting' WHERE state = 'cancelled'",
    """UPDATE surgeries_surgery SET state = 'called_off', called_off_at = now(), called_off_reason = 'x'
       WHERE id IN (SELECT surgery_id FROM bookings_booking WHERE state <> 'cancelled')""",
    # shifts and times
    """INSERT INTO surgeries_shift (champion_id, surgery_id, starts_at, ends_at, ended_reason)
       SELECT champion_id, surgery_id, starts_at, ends_at, '' FROM surgeries_shift LIMIT 1""",
    "UPDATE surgeries_slot SET ends_at = starts_at",
    """INSERT INTO bookings_visit (attendee_id, surgery_id, booking_id, arrived_at)
       SELECT a.id, b.surgery_id, b.id, now() FROM bookings_booking b, bookings_attendee a
       WHERE a.id <> b.attendee_id LIMIT 1""",
]
# What only they may do: it would break no invariant at once, and then any.
RESERVED = {
    OWNER: [
        "ALTER TABLE bookings_booking DROP CONSTRAINT bookings_booking_seat_id_key",
        "DROP TRIGGER booking_position_only_rises ON bookings_booking",
        "TRUNCATE bookings_booking CASCADE",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_admin_log",
    ],
    "postgres": [
        "ALTER TABLE bookings_booking DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE postgres",
    ],
}


def attack(until: float, seed: int) -> int:
    """Try one statement after another; a few are let through and change nothing that matters. Counts the refusals."""
    dice, refused = random.Random(seed), 0
    while time.monotonic() < until:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {dice.choice(ISOLATION)}")
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
                cursor.execute(dice.choice([*ATTACKS, *itertools.chain(*RESERVED.values())]))
        except Error:
            refused += 1
    return refused


def book_and_cancel(surgeries: list[Surgery], until: float, seed: int) -> int:
    """Book and cancel as people do. Counts what went through; being told "busy, please try again" is no error."""
    dice, done = random.Random(seed), 0
    while time.monotonic() < until:
        surgery = dice.choice(surgeries)
        slot = dice.choice([*surgery.slots.all(), None])
        try:
            booking = book(
                surgery=surgery, slot=slot, name="Somebody", email=f"p.{seed}.{dice.random()}@example.gov.uk",
                answers=Answers(), request_id=uuid.uuid4(),
            )  # fmt: skip
            if booking and dice.random() < 0.5:
                cancel(booking=booking)
            done += 1
        except (BookingError, Error):
            continue
    return done


def test_the_invariants_hold_whatever_the_applications_role_tries(each_postgres):
    surgeries = SurgeryFactory.create_batch(4, slots=2, seats=2)
    ShiftFactory.create(surgery=surgeries[0])
    until = time.monotonic() + SECONDS
    acts = [
        partial(attack, until, n) if n % 2 else partial(book_and_cancel, surgeries, until, n)
        for n in range(CONNECTIONS)
    ]
    results = all_at_once(acts, threads=CONNECTIONS)
    assert [error for error in results if isinstance(error, Exception)] == []
    assert all(results[1::2]), "every attacker was refused something"
    assert sum(results[0::2]) > 0, "and people could book meanwhile"
    assert violations() == {}
    assert Booking.objects.exists()


def test_every_attack_is_refused_or_changes_nothing_that_matters(each_postgres):
    surgery, other = SurgeryFactory.create_batch(2, slots=2, seats=2)
    ShiftFactory.create(surgery=surgery)
    for person in range(6):
        for place in (surgery, other):
            book(
                surgery=place, slot=None, name="Somebody", email=f"p{person}{place.pk}@example.gov.uk",
                answers=Answers(), request_id=uuid.uuid4(),
            )  # fmt: skip
    for statement in ATTACKS:
        # A rule refuses it, and no mistake in it.
        with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert violations() == {}, statement


def test_what_is_reserved_is_refused_to_the_application_and_works_for_whom_it_belongs_to(each_postgres):
    for role, statements in RESERVED.items():
        for statement in statements:
            refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
            with psycopg.connect(database_url("owner"), user=role) as theirs:
                theirs.execute(statement)
                theirs.rollback()
