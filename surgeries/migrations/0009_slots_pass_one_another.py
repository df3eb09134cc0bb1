"""Slots that move at once may pass one another: when each begins is looked at after each statement."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surgeries", "0008_what_fields_are_called")]

    operations = [
        migrations.RemoveConstraint(model_name="slot", name="slot_start_is_unique_in_its_surgery"),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(
                deferrable=models.Deferrable["IMMEDIATE"],
                fields=("surgery", "starts_at"),
                name="slot_start_is_unique_in_its_surgery",
                violation_error_message="This surgery has a slot at that time already.",
            ),
        ),
    ]
