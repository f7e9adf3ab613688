from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import kmportal.lib.unlinking
from kmportal.lib.unlinking import keep_no_statistics, number_by_lot, rewrite_in_random_order


def say_nothing_by_order(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was said before this loses its order, too, and the timetable removes what is left in the files."""
    barriers, voices, reviews, kickoffs = (
        apps.get_model("communities", name) for name in ("NamedBarrier", "ReviewVoice", "Review", "KickOff")
    )
    for pk in list(barriers.objects.values_list("pk", flat=True)):
        barriers.objects.filter(pk=pk).update(id=number_by_lot())
    rewrite_in_random_order(barriers.objects.all())
    rewrite_in_random_order(voices.objects.all(), renumber=True)
    reviews.objects.update(traces=number_by_lot())
    kickoffs.objects.update(traces=number_by_lot())


def keep_nothing(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    keep_no_statistics(
        schema_editor, *(apps.get_model("communities", name) for name in ("NamedBarrier", "ReviewVoice"))
    )


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0021_groups_end_with_them"),
    ]

    operations = [
        migrations.AddField(
            model_name="kickoff",
            name="traces",
            field=models.BigIntegerField(
                default=0, help_text="A barrier was named; the files still tell which was new when. Zero: they do not."
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="traces",
            field=models.BigIntegerField(
                default=0,
                help_text="Somebody answered; the files still tell what the counts were before. Zero: they do not.",
            ),
        ),
        migrations.AlterField(
            model_name="namedbarrier",
            name="id",
            field=models.BigIntegerField(
                default=kmportal.lib.unlinking.number_by_lot, editable=False, primary_key=True, serialize=False
            ),
        ),
        migrations.RunPython(keep_nothing, migrations.RunPython.noop),
        migrations.RunPython(say_nothing_by_order, migrations.RunPython.noop),
    ]
