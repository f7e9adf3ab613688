"""Forms that were sent, so that they are answered once; and whether KM leads may invite people."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0011_groups_that_run_themselves"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="leads_invite",
            field=models.BooleanField(default=False, help_text="KM leads may invite readers and contributors."),
        ),
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("url", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.membership"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("membership", "key", "fingerprint"), name="sent_form_once")
                ],
            },
        ),
    ]
