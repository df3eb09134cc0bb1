"""What must never be false of bookings and Django cannot say: composite keys, rising positions, called off means ended."""

from django.db import migrations

KEYS = """
ALTER TABLE bookings_booking
    ADD CONSTRAINT booking_seat_is_in_its_slot_and_surgery
        FOREIGN KEY (seat_id, slot_id, surgery_id) REFERENCES surgeries_seat (id, slot_id, surgery_id),
    ADD CONSTRAINT booking_slot_is_in_its_surgery
        FOREIGN KEY (slot_id, surgery_id) REFERENCES surgeries_slot (id, surgery_id);
ALTER TABLE bookings_visit
    ADD CONSTRAINT visit_booking_is_that_persons_for_that_surgery
        FOREIGN KEY (booking_id, attendee_id, surgery_id) REFERENCES bookings_booking (id, attendee_id, surgery_id);
"""

# A position is only accepted if it is higher than any that this surgery ever gave. The update that remembers it
# takes the surgery's row lock, so two sessions cannot both pass.
POSITION = """
CREATE FUNCTION bookings_position_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.position = OLD.position AND NEW.surgery_id = OLD.surgery_id THEN
        RETURN NEW;
    END IF;
    UPDATE surgeries_surgery SET last_position = NEW.position
        WHERE id = NEW.surgery_id AND last_position < NEW.position;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'positions on a waiting list only rise'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_position_only_rises';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER booking_position_only_rises BEFORE INSERT OR UPDATE OF position, surgery_id ON bookings_booking
    FOR EACH ROW WHEN (NEW.position IS NOT NULL) EXECUTE FUNCTION bookings_position_rises();
"""

CALLED_OFF = """
CREATE TRIGGER booking_is_not_at_a_called_off_surgery
    BEFORE INSERT OR UPDATE OF surgery_id, state ON bookings_booking
    FOR EACH ROW WHEN (NEW.state <> 'cancelled') EXECUTE FUNCTION surgeries_refuse_called_off();

CREATE FUNCTION bookings_called_off_ends_bookings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM bookings_booking WHERE surgery_id = NEW.id AND state <> 'cancelled') THEN
        RAISE EXCEPTION 'a surgery that is called off has no live booking'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'surgery_called_off_has_no_live_booking';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER surgery_called_off_has_no_live_booking
    AFTER INSERT OR UPDATE OF state ON surgeries_surgery DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'called_off') EXECUTE FUNCTION bookings_called_off_ends_bookings();
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial"), ("surgeries", "0002_invariants")]

    operations = [
        migrations.RunSQL(
            KEYS,
            """
            ALTER TABLE bookings_booking
                DROP CONSTRAINT booking_seat_is_in_its_slot_and_surgery,
                DROP CONSTRAINT booking_slot_is_in_its_surgery;
            ALTER TABLE bookings_visit DROP CONSTRAINT visit_booking_is_that_persons_for_that_surgery;
            """,
        ),
        migrations.RunSQL(
            POSITION,
            """
            DROP TRIGGER booking_position_only_rises ON bookings_booking;
            DROP FUNCTION bookings_position_rises;
            """,
        ),
        migrations.RunSQL(
            CALLED_OFF,
            """
            DROP TRIGGER surgery_called_off_has_no_live_booking ON surgeries_surgery;
            DROP FUNCTION bookings_called_off_ends_bookings;
            DROP TRIGGER booking_is_not_at_a_called_off_surgery ON bookings_booking;
            """,
        ),
    ]
