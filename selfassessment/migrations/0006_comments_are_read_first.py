"""Between the close of a round and its report the comments are read. Rounds that were closed before have been read."""

from importlib import import_module

from django.db import migrations, models

promises = import_module("selfassessment.migrations.0002_promises")


def publish_closed(apps, schema_editor):
    rounds = apps.get_model("selfassessment", "Assessment").objects.filter(state="closed")
    rounds.update(published_at=models.F("closed_at"), comments_read_at=models.F("closed_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("selfassessment", "0005_answers_are_unlinked"),
    ]

    operations = [
        migrations.RunPython(promises.unpromise, promises.promise),
        migrations.AddField(
            model_name="answer",
            name="comment_withheld",
            field=models.CharField(
                blank=True,
                choices=[
                    ("names", "It names somebody"),
                    ("shows", "It shows who somebody is without the name"),
                    ("writer", "It shows who wrote it"),
                    ("hurts", "It insults or accuses somebody"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="evidence_withheld",
            field=models.CharField(
                blank=True,
                choices=[
                    ("names", "It names somebody"),
                    ("shows", "It shows who somebody is without the name"),
                    ("writer", "It shows who wrote it"),
                    ("hurts", "It insults or accuses somebody"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="comments_read_at",
            field=models.DateTimeField(
                blank=True,
                help_text="From then on the report shows what people wrote; somebody has read it before.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="published_at",
            field=models.DateTimeField(
                blank=True, help_text="From then on everybody here can read the report.", null=True
            ),
        ),
        migrations.RunPython(promises.promise, promises.unpromise),
        migrations.RunPython(publish_closed, migrations.RunPython.noop),
    ]
