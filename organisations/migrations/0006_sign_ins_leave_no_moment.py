from django.db import migrations


def forget_last_sign_ins(apps, schema_editor):
    apps.get_model("organisations", "Person").objects.exclude(last_login=None).update(last_login=None)


class Migration(migrations.Migration):
    """When people last signed in is not kept any more: beside anonymous answers it would say whose they are."""

    dependencies = [("organisations", "0005_access_tokens")]

    operations = [migrations.RunPython(forget_last_sign_ins, migrations.RunPython.noop)]
