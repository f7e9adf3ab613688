import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def bring_along(apps, schema_editor):
    """What people have put away moves here from ``organisations``."""
    before, now = apps.get_model("organisations", "PutAway"), apps.get_model("help", "PutAway")
    rows = before.objects.order_by("pk").values("person_id", "page", "at")
    now.objects.bulk_create([now(**row) for row in rows.iterator(500)], batch_size=500)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("organisations", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="PutAway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.CharField(max_length=60)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name_plural": "introductions put away",
                "constraints": [models.UniqueConstraint(fields=("person", "page"), name="introduction_put_away_once")],
            },
        ),
        migrations.RunPython(bring_along, migrations.RunPython.noop),
    ]
