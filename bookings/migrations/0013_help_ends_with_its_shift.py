from django.db import migrations

# Until now help went on at a shift that had ended, until somebody pressed Done, or midnight.
ENDED = """
UPDATE bookings_help help SET ends_at = GREATEST(help.starts_at, shift.ended_at) FROM surgeries_shift shift
    WHERE shift.id = help.shift_id AND help.ends_at IS NULL AND shift.ended_at IS NOT NULL;
"""

# Whoever sits down holds the shift FOR SHARE (bookings_helped_while_here), so that one of the two waits for the other.
ENDS = """
CREATE FUNCTION bookings_shift_ends_after_help() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM bookings_help WHERE shift_id = NEW.id AND ends_at IS NULL) THEN
        RAISE EXCEPTION 'nobody is helped by somebody who does not host any more'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shift_ends_after_its_help';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER shift_ends_after_its_help BEFORE UPDATE OF ended_at ON surgeries_shift
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION bookings_shift_ends_after_help();
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0012_visit_version"), ("surgeries", "0005_series_reference")]

    operations = [
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
        migrations.RunSQL(
            ENDS,
            """
            DROP TRIGGER shift_ends_after_its_help ON surgeries_shift;
            DROP FUNCTION bookings_shift_ends_after_help;
            """,
        ),
    ]
