from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0011_arrival_not_known")]

    operations = [
        migrations.AddField("visit", "version", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
    ]
