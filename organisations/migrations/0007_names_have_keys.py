"""Names of groups get the key by which people tell them apart, and addresses are written in one way."""

from django.core.exceptions import ValidationError
from django.db import migrations, models

from kmportal.lib.addresses import normal_address
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.model_fields import key_of_name


def fill_keys(apps, schema_editor):
    """Of two groups whose names read the same the younger one gets a number, so that nothing moves between them."""
    groups = apps.get_model("organisations", "Group")
    taken = set()
    for group in groups.objects.order_by("pk"):
        first = name = line_of_text(group.name) or "Group"
        number = 1
        while (group.organisation_id, key_of_name(name)) in taken:
            number += 1
            name = f"{first[:110]} ({number})"
        taken.add((group.organisation_id, key_of_name(name)))
        groups.objects.filter(pk=group.pk).update(name=name, name_key=key_of_name(name))


def rewrite_addresses(apps, schema_editor):
    """Only those with letters beyond ASCII can be written in two ways. Where somebody else has the other, both stay."""
    for name in ("Person", "Invitation"):
        rows = apps.get_model("organisations", name).objects
        for row in rows.order_by("pk").iterator(500):
            if row.email.isascii():
                continue
            try:
                email = normal_address(row.email)
            except ValidationError:
                continue
            if not rows.filter(email__iexact=email).exists():
                rows.filter(pk=row.pk).update(email=email)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0006_sign_ins_leave_no_moment")]

    operations = [
        migrations.AddField("group", "name_key", models.CharField(default="", editable=False, max_length=200)),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.RunPython(rewrite_addresses, migrations.RunPython.noop),
    ]
