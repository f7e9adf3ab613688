from django.db import migrations

LINKS = {"SessionAction": "session", "LessonAction": "lesson"}


def point_at_sources(apps, schema_editor):
    """What hung on a session or a lesson says so itself now."""
    actions = apps.get_model("actionplan", "Action")
    for model, kind in LINKS.items():
        links = apps.get_model("lessons", model).objects.values_list("action_id", f"{kind}_id")
        for action, source in links.iterator(500):
            actions.objects.filter(pk=action).update(source_kind=kind, source_ident=source)


class Migration(migrations.Migration):
    """Data only: PostgreSQL alters no table in whose transaction rows that point at it were written."""

    dependencies = [("lessons", "0001_initial"), ("actionplan", "0002_source_is_a_reference")]

    operations = [migrations.RunPython(point_at_sources, migrations.RunPython.noop)]
