"""The statements that every booking makes under the lock, in plain SQL.

Booking is the hottest path there is, and building these with the ORM takes several times as long as PostgreSQL takes
to answer them: see docs/adr/0002-plain-sql-on-the-hot-path.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from surgeries.models import Slot, Surgery

_COLUMNS = [field.attname for field in Surgery._meta.concrete_fields]

LOCK = f"""
    SELECT {", ".join(str(field.column) for field in Surgery._meta.concrete_fields)} FROM surgeries_surgery
    WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 - the names of columns are Django's

LOOK = """
    SELECT earlier.fingerprint, earlier.booking_id, free.id
    FROM (SELECT) AS nothing
    LEFT JOIN bookings_submission earlier ON earlier.request_id = %s
    LEFT JOIN LATERAL (
        SELECT seat.id FROM surgeries_seat seat
        WHERE seat.slot_id = %s AND NOT EXISTS (SELECT FROM bookings_booking taken WHERE taken.seat_id = seat.id)
        ORDER BY seat.number LIMIT 1
    ) AS free ON true
"""

ATTENDEE = """
    INSERT INTO bookings_attendee (name, email, created_at) VALUES (%s, %s, %s)
    ON CONFLICT (email) DO UPDATE SET email = EXCLUDED.email RETURNING id
"""

BUSY = """
    SELECT EXISTS (
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


@dataclass(frozen=True)
class Look:
    """What is there already: what the same form led to earlier (None: it is new), and a free seat of the slot."""

    fingerprint: str | None
    booking_id: int | None
    seat_id: int | None


def lock_surgeries(ids: Iterable[int]) -> dict[int, Surgery]:
    """Lock these surgeries, in order of id, until the transaction ends.

    FOR NO KEY UPDATE, so that inserting a row that points at a surgery does not wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(set(ids))])
        rows = cursor.fetchall()
    return {row[0]: Surgery.from_db(connection.alias, _COLUMNS, row) for row in rows}


def look(*, request_id: UUID, slot: Slot | None) -> Look:
    """What a booking with this form, in this slot, would find."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [request_id, slot.pk if slot else None])
        return Look(*cursor.fetchone())


def lock_attendee(*, email: str, name: str, now: datetime) -> int:
    """The id of the attendee with this normalised address, locked so that no second booking of theirs can clash.

    Made if unknown. A known attendee keeps the name that is stored: whoever types an address has not shown that it
    is theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(ATTENDEE, [name, email, now])
        return cursor.fetchone()[0]


def has_one_already(*, attendee_id: int, email: str, surgery: Surgery, slot: Slot | None) -> bool:
    """Whether the person is booked at the surgery, or confirmed or hosting at a time that overlaps the slot."""
    starts_at, ends_at = (slot.starts_at, slot.ends_at) if slot else (None, None)  # no slot overlaps nothing
    known: dict[str, int | str | datetime | None] = {"attendee": attendee_id, "email": email, "surgery": surgery.pk}
    known |= {"starts_at": starts_at, "ends_at": ends_at}
    with connection.cursor() as cursor:
        cursor.execute(BUSY, known)
        return cursor.fetchone()[0]
