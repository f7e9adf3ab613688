import django.core.validators
from django.conf import settings
from django.db import migrations, models

# Pages on which actions were agreed; each address ended in the key of its thing.
KINDS = {
    "intervention_detail": "intervention",
    "session_detail": "session",
    "lesson_detail": "lesson",
    "gap_report": "assessment",
}


def point_at_sources(apps, schema_editor):
    actions = apps.get_model("actionplan", "Action")
    for action in actions.objects.filter(source_url_name__in=KINDS).iterator(500):
        if action.source_url_args:
            actions.objects.filter(pk=action.pk).update(
                source_kind=KINDS[action.source_url_name], source_ident=int(action.source_url_args[-1])
            )


class Migration(migrations.Migration):
    dependencies = [
        ("actionplan", "0001_initial"),
        ("organisations", "0004_circles_have_a_membership"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="action", name="source_ident", field=models.BigIntegerField(blank=True, null=True)
        ),
        migrations.AddField(model_name="action", name="source_kind", field=models.CharField(blank=True, max_length=20)),
        migrations.RunPython(point_at_sources, migrations.RunPython.noop),
        migrations.RemoveField(model_name="action", name="source"),
        migrations.RemoveField(model_name="action", name="source_url_args"),
        migrations.RemoveField(model_name="action", name="source_url_name"),
        migrations.AlterField(
            model_name="action",
            name="title",
            field=models.CharField(
                error_messages={"blank": "Say what will be done."},
                max_length=200,
                validators=[
                    django.core.validators.MaxLengthValidator(
                        200, "Say what will be done in 200 characters or fewer. The rest can go into the details."
                    )
                ],
                verbose_name="what will be done",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["source_kind", "source_ident"], name="action_source"),
        ),
    ]
