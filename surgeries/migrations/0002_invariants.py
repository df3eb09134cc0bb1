"""What must never be false in the diary and Django cannot say: composite keys, overlaps, called off means ended."""

from django.db import migrations

SEAT = """
ALTER TABLE surgeries_seat ADD CONSTRAINT seat_is_in_its_slots_surgery
    FOREIGN KEY (slot_id, surgery_id) REFERENCES surgeries_slot (id, surgery_id)
    ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
"""

# int8range stands in for btree_gist, which the embedded PostgreSQL does not ship.
SHIFT = """
ALTER TABLE surgeries_shift ADD CONSTRAINT shift_of_a_champion_never_overlaps
    EXCLUDE USING gist (
        int8range(champion_id, champion_id, '[]') WITH &&,
        tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (ended_at IS NULL);
"""

# FOR SHARE waits for whoever is calling the surgery off, so that nothing slips in behind.
CALLED_OFF = """
CREATE FUNCTION surgeries_refuse_called_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM surgeries_surgery WHERE id = NEW.surgery_id FOR SHARE) = 'called_off' THEN
        RAISE EXCEPTION 'the surgery is called off'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_is_not_at_a_called_off_surgery';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER shift_is_not_at_a_called_off_surgery
    BEFORE INSERT OR UPDATE OF surgery_id, ended_at ON surgeries_shift
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION surgeries_refuse_called_off();

CREATE FUNCTION surgeries_called_off_ends_shifts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM surgeries_shift WHERE surgery_id = NEW.id AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'a surgery that is called off has no live shift'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'surgery_called_off_has_no_live_shift';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER surgery_called_off_has_no_live_shift
    AFTER INSERT OR UPDATE OF state ON surgeries_surgery DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'called_off') EXECUTE FUNCTION surgeries_called_off_ends_shifts();
"""

POSITION = """
CREATE FUNCTION surgeries_refuse_falling_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'positions on a waiting list only rise'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'surgery_last_position_only_rises';
END $$;

CREATE TRIGGER surgery_last_position_only_rises BEFORE UPDATE OF last_position ON surgeries_surgery
    FOR EACH ROW WHEN (NEW.last_position < OLD.last_position) EXECUTE FUNCTION surgeries_refuse_falling_position();
"""


class Migration(migrations.Migration):
    dependencies = [("surgeries", "0001_initial")]

    operations = [
        migrations.RunSQL(SEAT, "ALTER TABLE surgeries_seat DROP CONSTRAINT seat_is_in_its_slots_surgery;"),
        migrations.RunSQL(SHIFT, "ALTER TABLE surgeries_shift DROP CONSTRAINT shift_of_a_champion_never_overlaps;"),
        migrations.RunSQL(
            CALLED_OFF,
            """
            DROP TRIGGER surgery_called_off_has_no_live_shift ON surgeries_surgery;
            DROP FUNCTION surgeries_called_off_ends_shifts;
            DROP TRIGGER shift_is_not_at_a_called_off_surgery ON surgeries_shift;
            DROP FUNCTION surgeries_refuse_called_off;
            """,
        ),
        migrations.RunSQL(
            POSITION,
            """
            DROP TRIGGER surgery_last_position_only_rises ON surgeries_surgery;
            DROP FUNCTION surgeries_refuse_falling_position;
            """,
        ),
    ]
