"""The results meeting is a session of its own."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

promises = import_module("selfassessment.migrations.0002_promises")


class Migration(migrations.Migration):
    dependencies = [
        ("selfassessment", "0006_comments_are_read_first"),
        ("techniques", "0004_columns_say_what_they_tell"),
    ]

    operations = [
        migrations.RunPython(promises.unpromise, promises.promise),
        migrations.AddField(
            model_name="assessment",
            name="results_session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="techniques.session",
            ),
        ),
        migrations.RunPython(promises.promise, promises.unpromise),
    ]
