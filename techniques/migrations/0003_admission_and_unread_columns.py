import django.core.validators
from django.db import migrations, models

import techniques.models


class Migration(migrations.Migration):
    dependencies = [("techniques", "0002_doors")]

    operations = [
        migrations.RenameField(model_name="session", old_name="door_shut_at", new_name="admission_stopped_at"),
        migrations.RemoveField(model_name="invitee", name="invited_at"),
        migrations.RemoveField(model_name="note", name="changed_at"),
        migrations.AlterField(
            model_name="session",
            name="title",
            field=models.CharField(error_messages={"blank": "Say what the session is about."}, max_length=120),
        ),
        migrations.AlterField(
            model_name="session",
            name="purpose",
            field=models.TextField(
                blank=True, max_length=1000, validators=[django.core.validators.MaxLengthValidator(1000)]
            ),
        ),
        migrations.AlterField(
            model_name="invitee",
            name="email",
            field=models.EmailField(
                blank=True, error_messages={"invalid": "This is not an e-mail address."}, max_length=254
            ),
        ),
        migrations.AlterField(
            model_name="participant",
            name="name",
            field=models.CharField(
                error_messages={"blank": "Enter your name, so that the facilitator knows who is here."}, max_length=60
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="text",
            field=models.CharField(
                error_messages={"blank": "Write something before you send the note."},
                max_length=1000,
                validators=[techniques.models.check_note_length],
            ),
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
                    ("opened", "Session opened"),
                    ("closed", "Session closed"),
                ],
                max_length=12,
            ),
        ),
    ]
