"""The page of the big screen, and what stands alone on it (techniques.screen_wall)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0006_no_statistics_of_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="alone_column",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="stage",
            name="alone_ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stage",
            name="alone_minutes",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="stage",
            name="alone_note",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="techniques.note",
            ),
        ),
        migrations.AddField(
            model_name="stage",
            name="alone_page",
            field=models.PositiveSmallIntegerField(default=1, help_text="Of that column."),
        ),
        migrations.AddField(
            model_name="stage",
            name="screen_page",
            field=models.PositiveSmallIntegerField(default=1, help_text="Of its notes, on the big screen."),
        ),
        migrations.AlterField(
            model_name="roomevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "Note written, changed or taken back"),
                    ("reveal", "Notes shown"),
                    ("stage", "Stage changed"),
                    ("timer", "Timer changed"),
                    ("people", "Somebody came, or admission was stopped or resumed"),
                    ("away", "Somebody went or was removed"),
                    ("screen", "Page turned, or something put alone on the big screen"),
                    ("opened", "Session opened"),
                    ("closed", "Session closed"),
                ],
                max_length=12,
            ),
        ),
    ]
