from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lessons", "0004_tags_have_keys")]

    operations = [
        migrations.RemoveConstraint("tag", "tag_once"),
        migrations.AddConstraint("tag", models.UniqueConstraint(fields=["organisation", "name_key"], name="tag_once")),
    ]
