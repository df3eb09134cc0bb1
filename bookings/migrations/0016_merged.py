import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0015_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="attendee",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="bookings.attendee",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="stands_for",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), editable=False, null=True, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="attendee",
            index=models.Index(
                models.F("merged_into"),
                condition=models.Q(("merged_into__isnull", False)),
                name="attendee_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), models.Q(("email", None), ("user", None)), _connector="OR"),
                name="attendee_merged_has_no_address",
            ),
        ),
    ]
