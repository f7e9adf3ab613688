from django.db import migrations


def point_at_decisions(apps, schema_editor):
    """An action that came from a report now says from which decision of it."""
    decisions, actions = apps.get_model("selfassessment", "Decision"), apps.get_model("actionplan", "Action")
    rows = decisions.objects.exclude(action=None).values_list("pk", "action_id")
    for decision, action in rows.iterator(500):
        actions.objects.filter(pk=action).update(source_kind="decision", source_ident=decision)


class Migration(migrations.Migration):
    dependencies = [("selfassessment", "0002_promises"), ("actionplan", "0002_source_is_a_reference")]

    operations = [migrations.RunPython(point_at_decisions, migrations.RunPython.noop)]
