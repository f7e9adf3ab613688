"""When somebody is away is said of the person, and not only to communities."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0012_sent_forms_and_leads_invite")]

    operations = [
        migrations.AddField("person", "away_from_on", models.DateField("Away from", null=True, blank=True)),
        migrations.AddField(
            "person",
            "away_until_on",
            models.DateField("Away until", null=True, blank=True, help_text="The last day."),
        ),
    ]
