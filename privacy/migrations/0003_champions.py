from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0002_history_names_nobody"),
    ]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="champion_number",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="attendee_made_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="attendee_number",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("attendee_made_at__isnull", False),
                    ("attendee_number__isnull", False),
                    ("champion_number", None),
                )
                | models.Q(
                    ("address_hash__gt", ""),
                    ("attendee_made_at", None),
                    ("attendee_number", None),
                    ("champion_number__isnull", False),
                ),
                name="erasure_is_of_an_attendee_or_a_champion",
            ),
        ),
    ]
