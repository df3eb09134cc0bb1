"""What must never be false, asked of the database itself: every query should find nothing.

The first eleven repeat the constraints, so that a constraint that somebody dropped is noticed; the others are rules
of the services, which no constraint can say. Rules about people's time look only at what is still to come.
"""

from django.db import connection, transaction

INVARIANTS: dict[str, str] = {
    "a seat holds at most one live booking": """
        SELECT seat_id FROM bookings_booking WHERE seat_id IS NOT NULL GROUP BY seat_id HAVING count(*) > 1
    """,
    "a booking's seat and slot belong to its surgery": """
        SELECT booking.id FROM bookings_booking booking
        LEFT JOIN surgeries_seat seat ON seat.id = booking.seat_id
        LEFT JOIN surgeries_slot slot ON slot.id = booking.slot_id
        WHERE booking.seat_id IS NOT NULL AND (seat.id IS NULL OR seat.surgery_id <> booking.surgery_id
                                               OR seat.slot_id IS DISTINCT FROM booking.slot_id)
           OR booking.slot_id IS NOT NULL AND (slot.id IS NULL OR slot.surgery_id <> booking.surgery_id)
    """,
    "confirmed has a seat, waiting has a position, cancelled says when, by whom and why": """
        SELECT id FROM bookings_booking
        WHERE (state = 'confirmed') <> (seat_id IS NOT NULL)
           OR (state = 'waiting') <> (position IS NOT NULL)
           OR (state = 'cancelled') <> (cancelled_at IS NOT NULL AND canceller <> '' AND cancelled_reason <> '')
           OR state NOT IN ('confirmed', 'waiting', 'cancelled')
    """,
    "a position is unique in its surgery and was given by it": """
        SELECT min(booking.id) FROM bookings_booking booking
        JOIN surgeries_surgery surgery ON surgery.id = booking.surgery_id
        WHERE booking.position IS NOT NULL
        GROUP BY booking.surgery_id, booking.position, surgery.last_position
        HAVING count(*) > 1 OR booking.position > surgery.last_position
    """,
    "a surgery that is called off has no live booking and no live shift": """
        SELECT surgery.id FROM surgeries_surgery surgery
        WHERE surgery.state = 'called_off'
          AND (EXISTS (SELECT FROM bookings_booking b WHERE b.surgery_id = surgery.id AND b.state <> 'cancelled')
               OR EXISTS (SELECT FROM surgeries_shift s WHERE s.surgery_id = surgery.id AND s.ended_at IS NULL))
    """,
    "a person has one live booking per surgery": """
        SELECT min(id) FROM bookings_booking WHERE state IN ('confirmed', 'waiting')
        GROUP BY surgery_id, attendee_id HAVING count(*) > 1
    """,
    "no champion is on two overlapping live shifts": """
        SELECT one.id FROM surgeries_shift one JOIN surgeries_shift other
            ON other.champion_id = one.champion_id AND other.id > one.id
            AND other.starts_at < one.ends_at AND other.ends_at > one.starts_at
        WHERE one.ended_at IS NULL AND other.ended_at IS NULL
    """,
    "ends come after starts, and seats are numbered from 1 without repeating": """
        SELECT id FROM surgeries_surgery WHERE ends_at <= starts_at
        UNION ALL SELECT id FROM surgeries_slot WHERE ends_at <= starts_at
        UNION ALL SELECT id FROM surgeries_shift WHERE ends_at <= starts_at
        UNION ALL SELECT min(id) FROM surgeries_seat GROUP BY slot_id, number HAVING count(*) > 1 OR number < 1
    """,
    "a visit is once per person and surgery, and its booking is theirs": """
        SELECT min(id) FROM bookings_visit GROUP BY attendee_id, surgery_id HAVING count(*) > 1
        UNION ALL SELECT visit.id FROM bookings_visit visit JOIN bookings_booking booking
            ON booking.id = visit.booking_id
        WHERE (booking.attendee_id, booking.surgery_id) <> (visit.attendee_id, visit.surgery_id)
    """,
    "nobody is helped by two at once, after having left, at another surgery, or by who hosts no more": """
        SELECT help.id FROM bookings_help help
        JOIN bookings_visit visit ON visit.id = help.visit_id
        JOIN surgeries_shift shift ON shift.id = help.shift_id
        LEFT JOIN bookings_help other ON other.visit_id = help.visit_id AND other.id > help.id
            AND tstzrange(other.starts_at, other.ends_at) && tstzrange(help.starts_at, help.ends_at)
        WHERE other.id IS NOT NULL OR help.ends_at IS NULL AND (visit.left_at IS NOT NULL OR shift.ended_at IS NOT NULL)
           OR (visit.surgery_id, shift.surgery_id) <> (help.surgery_id, help.surgery_id)
    """,
    "whoever is to sit with a champion has a seat while that champion hosts": """
        SELECT pairing.id FROM bookings_pairing pairing
        JOIN bookings_booking booking ON booking.id = pairing.booking_id
        JOIN surgeries_shift shift ON shift.id = pairing.shift_id
        LEFT JOIN surgeries_slot slot ON slot.id = booking.slot_id
        WHERE booking.state <> 'confirmed' OR shift.ended_at IS NOT NULL OR shift.surgery_id <> booking.surgery_id
           OR shift.starts_at >= slot.ends_at OR shift.ends_at <= slot.starts_at
    """,
    "nobody is at a surgery that is a draft or called off": """
        SELECT visit.id FROM bookings_visit visit JOIN surgeries_surgery surgery ON surgery.id = visit.surgery_id
        WHERE surgery.state = 'draft' OR surgery.state = 'called_off' AND visit.left_at IS NULL
        UNION ALL SELECT help.id FROM bookings_help help JOIN surgeries_surgery surgery
            ON surgery.id = help.surgery_id AND surgery.state = 'called_off'
        WHERE help.ends_at IS NULL
    """,
    "slots lie within their surgery": """
        SELECT slot.id FROM surgeries_slot slot JOIN surgeries_surgery surgery ON surgery.id = slot.surgery_id
        WHERE slot.starts_at < surgery.starts_at OR slot.ends_at > surgery.ends_at
    """,
    "nobody is confirmed in two overlapping slots": """
        SELECT one.id FROM bookings_booking one
        JOIN surgeries_slot slot ON slot.id = one.slot_id AND slot.ends_at > now()
        JOIN bookings_booking other ON other.attendee_id = one.attendee_id AND other.id > one.id
        JOIN surgeries_slot others_slot ON others_slot.id = other.slot_id
            AND others_slot.starts_at < slot.ends_at AND others_slot.ends_at > slot.starts_at
        WHERE one.state = 'confirmed' AND other.state = 'confirmed'
    """,
    "nobody is confirmed while hosting": """
        SELECT booking.id FROM surgeries_shift shift
        JOIN champions_champion champion ON champion.id = shift.champion_id
        JOIN accounts_user account ON account.id = champion.user_id
        JOIN bookings_attendee attendee ON attendee.email = account.email
        JOIN bookings_booking booking ON booking.attendee_id = attendee.id AND booking.state = 'confirmed'
        JOIN surgeries_slot slot ON slot.id = booking.slot_id
            AND slot.starts_at < shift.ends_at AND slot.ends_at > shift.starts_at
        WHERE shift.ended_at IS NULL AND shift.ends_at > now()
    """,
    "a record that was merged has nothing, and leads to one that was not": """
        SELECT gone.id FROM bookings_attendee gone
        JOIN bookings_attendee has ON has.id = gone.merged_into_id
        WHERE gone.merged_into_id IS NOT NULL AND (
            has.merged_into_id IS NOT NULL
            OR EXISTS (SELECT FROM bookings_booking booking WHERE booking.attendee_id = gone.id)
            OR EXISTS (SELECT FROM bookings_visit visit WHERE visit.attendee_id = gone.id))
    """,
    "the slots that would suit are slots of the surgery": """
        SELECT suits.id FROM bookings_booking_suits suits
        JOIN bookings_booking booking ON booking.id = suits.booking_id
        JOIN surgeries_slot slot ON slot.id = suits.slot_id
        WHERE slot.surgery_id <> booking.surgery_id
    """,
    # Whom a surgery elsewhere or a shift has set free is promoted by the clock (bookings.duties), so for five minutes
    # after either has ended nobody counts as overlooked.
    "nobody waits beside a free seat that they could have": """
        SELECT DISTINCT booking.id FROM bookings_booking booking
        JOIN bookings_attendee attendee ON attendee.id = booking.attendee_id
        JOIN surgeries_surgery surgery ON surgery.id = booking.surgery_id AND surgery.state = 'published'
            AND surgery.starts_at - surgery.cutoff_minutes * interval '1 minute' > now()
        JOIN surgeries_slot slot ON slot.surgery_id = surgery.id AND slot.starts_at > now()
        JOIN surgeries_seat seat ON seat.slot_id = slot.id
        LEFT JOIN bookings_booking taken ON taken.seat_id = seat.id
        WHERE booking.state = 'waiting' AND taken.id IS NULL
          AND (NOT EXISTS (SELECT FROM bookings_booking_suits suits WHERE suits.booking_id = booking.id)
               OR EXISTS (SELECT FROM bookings_booking_suits suits
                          WHERE suits.booking_id = booking.id AND suits.slot_id = slot.id))
          AND NOT EXISTS (
              SELECT FROM bookings_booking other JOIN surgeries_slot others_slot ON others_slot.id = other.slot_id
              WHERE other.attendee_id = attendee.id AND other.state = 'confirmed'
                AND others_slot.starts_at < slot.ends_at AND others_slot.ends_at > slot.starts_at)
          AND NOT EXISTS (
              SELECT FROM accounts_user account
              JOIN champions_champion champion ON champion.user_id = account.id
              JOIN surgeries_shift shift ON shift.champion_id = champion.id AND shift.ended_at IS NULL
              WHERE account.email = attendee.email
                AND shift.starts_at < slot.ends_at AND shift.ends_at > slot.starts_at)
          AND NOT EXISTS (SELECT FROM surgeries_surgery WHERE called_off_at > now() - interval '5 minutes')
          AND NOT EXISTS (SELECT FROM surgeries_shift WHERE ended_at > now() - interval '5 minutes')
    """,
}


def violations() -> dict[str, list[int]]:
    """For each invariant that is broken, the ids of up to 20 rows that break it. Empty when all is well."""
    found = {}
    with transaction.atomic(), connection.cursor() as cursor:
        # Of rows that are newer than the planner's statistics it believes that there are few, and loops over all pairs.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for sentence, query in INVARIANTS.items():
            cursor.execute(f"{query} LIMIT 20")
            if ids := [row[0] for row in cursor.fetchall()]:
                found[sentence] = ids
    return found
