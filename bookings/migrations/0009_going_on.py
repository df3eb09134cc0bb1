from django.db import migrations, models

# FOR SHARE waits for whoever is calling the surgery off.
PUBLISHED = """
CREATE FUNCTION bookings_refuse_unpublished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM surgeries_surgery WHERE id = NEW.surgery_id FOR SHARE) <> 'published' THEN
        RAISE EXCEPTION 'the surgery is not published'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_is_to_a_published_surgery';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER visit_is_to_a_published_surgery BEFORE INSERT OR UPDATE OF surgery_id ON bookings_visit
    FOR EACH ROW EXECUTE FUNCTION bookings_refuse_unpublished();
DROP TRIGGER visit_is_not_at_a_called_off_surgery ON bookings_visit;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0008_visits")]

    operations = [
        migrations.AddIndex(
            model_name="help",
            index=models.Index(condition=models.Q(("ends_at", None)), fields=["visit"], name="help_going_on"),
        ),
        migrations.RunSQL(
            PUBLISHED,
            """
            CREATE TRIGGER visit_is_not_at_a_called_off_surgery BEFORE INSERT OR UPDATE OF surgery_id ON bookings_visit
                FOR EACH ROW EXECUTE FUNCTION surgeries_refuse_called_off();
            DROP TRIGGER visit_is_to_a_published_surgery ON bookings_visit;
            DROP FUNCTION bookings_refuse_unpublished;
            """,
        ),
    ]
