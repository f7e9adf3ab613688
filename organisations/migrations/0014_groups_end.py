from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0013_away")]

    operations = [
        migrations.AddField(
            "group",
            "ended_at",
            models.DateTimeField(null=True, blank=True, editable=False),
        )
    ]
