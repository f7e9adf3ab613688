"""Tags get the key by which people tell them apart; what is filed under two that read the same goes to the first."""

from django.db import migrations, models

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.model_fields import key_of_name


def fill_keys(apps, schema_editor):
    tags = apps.get_model("lessons", "Tag")
    filed = apps.get_model("lessons", "Lesson").tags.through
    first = {}
    for tag in tags.objects.order_by("pk"):
        name = line_of_text(tag.name)
        key = (tag.organisation_id, key_of_name(name))
        if name and key not in first:
            first[key] = tag.pk
            tags.objects.filter(pk=tag.pk).update(name=name, name_key=key[1])
            continue
        if name:
            there = list(filed.objects.filter(tag_id=first[key]).values_list("lesson_id", flat=True))
            filed.objects.filter(tag_id=tag.pk).exclude(lesson_id__in=there).update(tag_id=first[key])
        tag.delete()


class Migration(migrations.Migration):
    dependencies = [("lessons", "0003_rules_of_length_and_no_links")]

    operations = [
        migrations.AddField("tag", "name_key", models.CharField(default="", editable=False, max_length=200)),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
