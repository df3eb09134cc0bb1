from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0013_help_ends_with_its_shift"),
    ]

    operations = [
        migrations.AlterField(
            model_name="correction",
            name="what",
            field=models.CharField(
                choices=[
                    ("came", "came"),
                    ("did_not_come", "did not come"),
                    ("walked_in", "walked in"),
                    ("outcome", "what came of it"),
                    ("help", "who helped them, and when they left"),
                ],
                max_length=12,
            ),
        ),
    ]
