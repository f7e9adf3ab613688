"""People who were asked after the first answer came in are marked: the floor may have to leave them out.

In rounds from before it is not known who was asked when, so nobody is marked there.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("selfassessment", "0007_results_meeting_is_a_session"),
    ]

    operations = [
        migrations.AddField(
            model_name="asked",
            name="is_late",
            field=models.BooleanField(
                default=False,
                help_text="Asked after the first answer, and not a member since before: the floor leaves it out.",
            ),
        ),
    ]
