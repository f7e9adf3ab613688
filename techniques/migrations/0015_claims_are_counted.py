"""How often somebody has claimed; and wants that nobody could meet may have no words."""

from typing import Any

from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who has claimed how often: docs/decisions/0024."""
    keep_no_statistics(schema_editor, apps.get_model("techniques", "Participant"))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0014_wants_and_offers"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="claims_made",
            field=models.PositiveSmallIntegerField(default=0, help_text="Those taken back, too. Until the close."),
        ),
        migrations.AlterField(
            model_name="participant",
            name="email",
            field=models.EmailField(
                blank=True,
                error_messages={"invalid": "This is not an e-mail address."},
                help_text=(
                    "Where a guest gets the summary, and their own list. Kept until both are sent, and for nothing else."
                ),
                max_length=254,
            ),
        ),
        migrations.AlterField(
            model_name="unmet",
            name="text",
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
