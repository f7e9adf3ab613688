from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import kmportal.lib.unlinking
from kmportal.lib.unlinking import number_by_lot


def number_anew(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Searches that nobody has looked after, so nothing points at them. Their place changes with the timetable."""
    searches = apps.get_model("search", "UnansweredSearch").objects.filter(version=1, state="open")
    for pk in list(searches.values_list("pk", flat=True)):
        searches.filter(pk=pk).update(id=number_by_lot())


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0013_away"),
        ("search", "0008_authors_alone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="unansweredsearch",
            name="traces",
            field=models.BigIntegerField(
                default=kmportal.lib.unlinking.number_by_lot,
                help_text="Its place or the files still tell when it was asked. Zero: they do not.",
            ),
        ),
        migrations.AlterField(
            model_name="unansweredsearch",
            name="id",
            field=models.BigIntegerField(
                default=kmportal.lib.unlinking.number_by_lot, editable=False, primary_key=True, serialize=False
            ),
        ),
        migrations.AddIndex(
            model_name="unansweredsearch",
            index=models.Index(
                condition=models.Q(("traces", 0), _negated=True), fields=["last_on"], name="unanswered_unmixed"
            ),
        ),
        migrations.RunPython(number_anew, migrations.RunPython.noop),
    ]
