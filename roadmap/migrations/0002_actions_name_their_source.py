import django.core.validators
from django.db import migrations, models


def point_at_interventions(apps, schema_editor):
    """What hung on an intervention says so itself now."""
    links, actions = apps.get_model("roadmap", "InterventionAction"), apps.get_model("actionplan", "Action")
    for action, intervention in links.objects.values_list("action_id", "intervention_id").iterator(500):
        actions.objects.filter(pk=action).update(source_kind="intervention", source_ident=intervention)


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0001_initial"), ("actionplan", "0002_source_is_a_reference")]

    operations = [
        migrations.AlterField(
            model_name="intervention",
            name="title",
            field=models.CharField(
                error_messages={"blank": "Give the intervention a name."},
                max_length=120,
                validators=[
                    django.core.validators.MaxLengthValidator(
                        120, "Give the intervention a name of 120 characters or fewer."
                    )
                ],
                verbose_name="name",
            ),
        ),
        migrations.RunPython(point_at_interventions, migrations.RunPython.noop),
        migrations.DeleteModel(name="InterventionAction"),
    ]
