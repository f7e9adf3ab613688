"""What the mail of the day told besides actions."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actionplan", "0002_source_is_a_reference"),
    ]

    operations = [
        migrations.CreateModel(
            name="PromiseReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("ident", models.BigIntegerField()),
                ("address", models.EmailField(max_length=254)),
                ("due_on", models.DateField()),
                ("stage", models.IntegerField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "ident", "address", "due_on", "stage"), name="promise_reminder_once"
                    )
                ],
            },
        ),
    ]
