from django.conf import settings
from django.db import migrations, models


def point_at_things(apps, schema_editor):
    """The address of a page ended in the key of its thing; only the queue of lessons is a page of its own."""
    notices = apps.get_model("notifications", "Notice")
    notices.objects.filter(url_name="lesson_queue").update(kind="lesson-queue")
    for notice in notices.objects.exclude(url_name="lesson_queue").iterator(500):
        last = notice.url_args[-1] if notice.url_args else 0
        if isinstance(last, int):
            notices.objects.filter(pk=notice.pk).update(ident=last)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("organisations", "0004_circles_have_a_membership"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="ident",
            field=models.BigIntegerField(default=0, help_text="With the kind a reference to what it is about."),
        ),
        migrations.RunPython(point_at_things, migrations.RunPython.noop),
        migrations.RemoveField(model_name="notice", name="url_args"),
        migrations.RemoveField(model_name="notice", name="url_name"),
        migrations.AlterField(model_name="notice", name="kind", field=models.CharField(max_length=20)),
        migrations.AddIndex(model_name="notice", index=models.Index(fields=["kind", "ident"], name="notice_about")),
    ]
