from importlib import import_module

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import migrations, models

promises = import_module("selfassessment.migrations.0002_promises")
A_LEVEL = [MinValueValidator(1, "Choose a level from 1 to 5."), MaxValueValidator(5, "Choose a level from 1 to 5.")]


class Migration(migrations.Migration):
    """The triggers that keep what was said about names are away while their tables change, and stand again after."""

    dependencies = [("selfassessment", "0003_actions_name_their_decision")]

    operations = [
        migrations.RunPython(promises.unpromise, promises.promise),
        migrations.RemoveField(model_name="asked", name="asked_at"),
        migrations.RemoveField(model_name="assessment", name="closed_by"),
        migrations.AddField(
            model_name="assessment",
            name="told_closing_on",
            field=models.DateField(
                blank=True, help_text="The closing date that the facilitator was told of.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="answer",
            name="comment",
            field=models.TextField(
                blank=True, max_length=2000, validators=[MaxLengthValidator(2000)], verbose_name="Comment"
            ),
        ),
        migrations.AlterField(
            model_name="answer",
            name="evidence",
            field=models.CharField(blank=True, max_length=500, verbose_name="Evidence"),
        ),
        *(
            migrations.AlterField(
                model_name="answer",
                name=name,
                field=models.PositiveSmallIntegerField(blank=True, null=True, validators=A_LEVEL),
            )
            for name in ("now", "wanted")
        ),
        migrations.AlterField(
            model_name="assessment",
            name="not_heard",
            field=models.CharField(
                blank=True,
                help_text="Who was not heard, in the facilitator’s words.",
                max_length=200,
                verbose_name="Who did we not hear from?",
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="results_place",
            field=models.CharField(blank=True, max_length=200, verbose_name="Where do you meet?"),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="scope",
            field=models.CharField(
                blank=True,
                help_text="For whom people answer, in words: “Ward 6”.",
                max_length=120,
                verbose_name="Which one?",
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="title",
            field=models.CharField(
                error_messages={"blank": "Give the round a name."}, max_length=120, verbose_name="Name of this round"
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="Why not?"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="words",
            field=models.CharField(
                blank=True,
                help_text="The suggestion as it was accepted.",
                max_length=200,
                verbose_name="What will you call it?",
            ),
        ),
        migrations.RunPython(promises.promise, promises.unpromise),
    ]
