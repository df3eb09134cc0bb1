from django.db import migrations, models

# Whoever was noted after the surgery had been given its end, which nobody knows. The check of `left_at` holds where
# `arrived_at` is NULL, so it stays as it is.
NOT_KNOWN = """
UPDATE bookings_visit visit SET arrived_at = NULL FROM surgeries_surgery surgery
    WHERE surgery.id = visit.surgery_id AND visit.arrived_at = surgery.ends_at;
"""
THE_END = """
UPDATE bookings_visit visit SET arrived_at = LEAST(surgery.ends_at, visit.left_at) FROM surgeries_surgery surgery
    WHERE surgery.id = visit.surgery_id AND visit.arrived_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0010_corrected_outcome")]

    operations = [
        migrations.AlterField("visit", "arrived_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(NOT_KNOWN, THE_END),
    ]
