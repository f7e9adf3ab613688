from django.db import migrations
from django.db.models import OuterRef, Subquery


def end_groups(apps, schema_editor):
    """The groups of communities that have ended: nothing new belongs to them."""
    ended = apps.get_model("communities", "Community").objects.filter(state__in=["closed", "archived"])
    when = ended.filter(group=OuterRef("pk")).values("closed_at")[:1]
    groups = apps.get_model("organisations", "Group").objects.filter(pk__in=ended.values("group"))
    groups.update(ended_at=Subquery(when))


class Migration(migrations.Migration):
    dependencies = [("communities", "0020_woken_and_seen"), ("organisations", "0014_groups_end")]

    operations = [migrations.RunPython(end_groups, migrations.RunPython.noop)]
