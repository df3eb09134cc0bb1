from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_left_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxemail",
            name="is_readdressed",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="went to an address that they had before"
            ),
        ),
    ]
