"""The statements of the hot path, in plain SQL: what every booking makes under the lock, and the pages around it read.

Booking is the hottest path there is, and building these with the ORM takes several times as long as PostgreSQL takes
to answer them: see docs/adr/0002-plain-sql-on-the-hot-path.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from bookings.models import Attendee, Booking
from surgeries.models import Slot, Surgery

_BOOKING = [field for field in Booking._meta.concrete_fields if not field.primary_key]


def _columns(*models: type[Model]) -> str:
    """All columns of these models, one after another."""
    return ", ".join(f"{each._meta.db_table}.{field.column}" for each in models for field in each._meta.concrete_fields)


def _rows(values: Iterable, *models: type[Model]) -> Iterator[Any]:
    """A row of each of these models, from the values of all their columns."""
    rest = iter(values)
    for model in models:
        yield model.from_db(connection.alias, (), list(islice(rest, len(model._meta.concrete_fields))))


LOCK = f"""
    SELECT {_columns(Surgery)} FROM surgeries_surgery WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - the names of columns are Django's

KEEP = f"""
    SELECT {_columns(Surgery)} FROM surgeries_surgery WHERE id = %s FOR SHARE
"""  # noqa: S608 - the names of columns are Django's

FIND = f"""
    SELECT {_columns(Booking, Surgery, Attendee, Slot)} FROM bookings_booking
    JOIN surgeries_surgery ON surgeries_surgery.id = bookings_booking.surgery_id
    JOIN bookings_attendee ON bookings_attendee.id = bookings_booking.attendee_id
    LEFT JOIN surgeries_slot ON surgeries_slot.id = bookings_booking.slot_id
    WHERE bookings_booking.reference = %s
"""  # noqa: S608 - the names of columns are Django's

ATTENDEE = """
    INSERT INTO bookings_attendee (name, email, created_at) SELECT %(name)s, %(email)s, %(now)s {where}
    ON CONFLICT (email) DO UPDATE SET email = EXCLUDED.email RETURNING id
"""

LEFT = """
    SELECT seat.slot_id, count(*) FROM surgeries_seat seat
    WHERE seat.surgery_id = %s AND NOT EXISTS (SELECT FROM bookings_booking taken WHERE taken.seat_id = seat.id)
    GROUP BY seat.slot_id
"""

# What there is already and, unless that means that nothing can be booked, the attendee.
LOOK = f"""
    WITH found AS (
        SELECT earlier.fingerprint, earlier.booking_id, free.id AS seat_id
        FROM (SELECT) AS nothing
        LEFT JOIN bookings_submission earlier ON earlier.request_id = %(request_id)s
        LEFT JOIN LATERAL (
            SELECT seat.id FROM surgeries_seat seat
            WHERE seat.slot_id = %(slot)s
              AND NOT EXISTS (SELECT FROM bookings_booking taken WHERE taken.seat_id = seat.id)
            ORDER BY seat.number LIMIT 1
        ) AS free ON true
    ), attendee AS (
        {ATTENDEE.format(where="FROM found WHERE %(is_open)s AND fingerprint IS NULL AND (%(waits)s OR seat_id > 0)")}
    )
    SELECT fingerprint, booking_id, seat_id, (SELECT id FROM attendee) FROM found
"""  # noqa: S608 - both halves stand here

BUSY = """
    EXISTS (
        SELECT FROM bookings_booking booking LEFT JOIN surgeries_slot slot ON slot.id = booking.slot_id
        WHERE booking.attendee_id = %(attendee)s AND (
            booking.surgery_id = %(surgery)s AND booking.state <> 'cancelled'
            OR booking.state = 'confirmed' AND slot.starts_at < %(ends_at)s AND slot.ends_at > %(starts_at)s)
    ) OR EXISTS (
        SELECT FROM accounts_user account
        JOIN champions_champion champion ON champion.user_id = account.id
        JOIN surgeries_shift shift ON shift.champion_id = champion.id
        WHERE account.email = %(email)s AND shift.ended_at IS NULL
          AND shift.starts_at < %(ends_at)s AND shift.ends_at > %(starts_at)s
    )
"""

# The booking, unless that person is busy, and what the form led to: no booking, if they are.
TAKE = f"""
    WITH booking AS (
        INSERT INTO bookings_booking ({", ".join(str(field.column) for field in _BOOKING)})
        SELECT {", ".join(f"%({field.attname})s" for field in _BOOKING)} WHERE NOT ({BUSY})
        RETURNING id
    )
    INSERT INTO bookings_submission (request_id, fingerprint, booking_id, created_at)
    SELECT %(request_id)s, %(fingerprint)s, (SELECT id FROM booking), %(created_at)s
    RETURNING booking_id
"""  # noqa: S608 - the names of columns are Django's

TOLD = """
    SELECT ARRAY(
        SELECT symptom.words FROM bookings_booking_symptoms chosen
        JOIN organisation_symptom symptom ON symptom.id = chosen.symptom_id
        WHERE chosen.booking_id = %(booking)s ORDER BY symptom.position, symptom.words
    ), ARRAY(
        SELECT topic.name FROM bookings_booking_topics chosen
        JOIN organisation_topic topic ON topic.id = chosen.topic_id
        WHERE chosen.booking_id = %(booking)s ORDER BY topic.kind, topic.name
    )
"""


@dataclass(frozen=True)
class Look:
    """What is there already: what the same form led to earlier (None: it is new), and a free seat of the slot.

    And, if there is something to book, the attendee, locked so that no second booking of theirs can clash.
    """

    fingerprint: str | None
    booking_id: int | None
    seat_id: int | None
    attendee_id: int | None


class Locked(dict[int, Surgery]):
    """Surgeries by id. To ask for one that is not there, as a draft that was deleted, raises Surgery.DoesNotExist."""

    def __missing__(self, pk: int) -> Surgery:
        raise Surgery.DoesNotExist


def lock_surgeries(ids: Iterable[int]) -> Locked:
    """Lock these surgeries, in order of id, until the transaction ends.

    FOR NO KEY UPDATE, so that inserting a row that points at a surgery does not wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(set(ids))])
        rows = cursor.fetchall()
    return Locked((row[0], next(_rows(row, Surgery))) for row in rows)


def keep_surgery(pk: int) -> Surgery:
    """Keep the surgery, and who is booked at it, as they are until the transaction ends.

    FOR SHARE, so that people who arrive wait for who books there, moves or calls it off, and not for one another.
    """
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [pk])
        (surgery,) = _rows(cursor.fetchone(), Surgery)
    return surgery


def find_booking(reference: UUID) -> Booking | None:
    """The booking with its surgery, attendee and slot."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [reference])
        row = cursor.fetchone()
    if row is None:
        return None
    booking, surgery, attendee, slot = _rows(row, Booking, Surgery, Attendee, Slot)
    booking.surgery, booking.attendee, booking.slot = surgery, attendee, slot if booking.slot_id else None
    return booking


def seats_per_slot(surgery: Surgery) -> dict[int, int]:
    """How many seats are left in each slot, by its id. A slot without any is not there."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [surgery.pk])
        return dict(cursor.fetchall())


def look(*, request_id: UUID, slot: Slot | None, is_open: bool, email: str, name: str, now: datetime) -> Look:
    """What a booking with this form finds in this slot or, without one, on the waiting list.

    Unless the form was sent before, nothing `is_open`, or the slot is full, this does what `lock_attendee` does.
    """
    values = {
        "request_id": request_id, "slot": slot.pk if slot else None, "waits": slot is None, "is_open": is_open,
        "email": email, "name": name, "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LOOK, values)
        return Look(*cursor.fetchone())


def told(booking: Booking) -> tuple[list[str], list[str]]:
    """The symptoms and the topics that somebody chose, in words and in order."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD, {"booking": booking.pk})
        return cursor.fetchone()


def lock_attendee(*, email: str, name: str, now: datetime) -> int:
    """The id of the attendee with this normalised address, locked so that no second booking of theirs can clash.

    Made if unknown. A known attendee keeps the name that is stored: whoever types an address has not shown that it
    is theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(ATTENDEE.format(where=""), {"name": name, "email": email, "now": now})
        return cursor.fetchone()[0]


def has_one_already(*, attendee_id: int, email: str, surgery: Surgery, slot: Slot | None) -> bool:
    """Whether the person is booked at the surgery, or confirmed or hosting at a time that overlaps the slot."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {BUSY}", _whom_and_when(attendee_id, email, surgery, slot))
        return cursor.fetchone()[0]


def take(booking: Booking, *, request_id: UUID, fingerprint: str) -> bool:
    """Save the new booking, and that it is what this form led to.

    Returns False if the attendee `has_one_already`: then the form led to no booking, and none is saved.
    """
    values: dict = {field.attname: getattr(booking, field.attname) for field in _BOOKING}
    values |= {"request_id": request_id, "fingerprint": fingerprint}
    values |= _whom_and_when(booking.attendee_id, booking.attendee.email, booking.surgery, booking.slot)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        booking.pk = cursor.fetchone()[0]
    booking._state.adding = False
    return booking.pk is not None


def _whom_and_when(attendee_id: int, email: str | None, surgery: Surgery, slot: Slot | None) -> dict:
    starts_at, ends_at = (slot.starts_at, slot.ends_at) if slot else (None, None)  # no slot overlaps nothing
    return {
        "attendee": attendee_id, "email": email, "surgery": surgery.pk, "starts_at": starts_at, "ends_at": ends_at,
    }  # fmt: skip
