from django.db import migrations, models

SENTENCE = "There is already a group with this name."


class Migration(migrations.Migration):
    dependencies = [("organisations", "0007_names_have_keys")]

    operations = [
        migrations.RemoveConstraint("group", "group_name_unique"),
        migrations.RemoveConstraint("group", "network_group_name_unique"),
        migrations.AddConstraint(
            "group",
            models.UniqueConstraint(
                fields=["organisation", "name_key"], name="group_name_unique", violation_error_message=SENTENCE
            ),
        ),
        migrations.AddConstraint(
            "group",
            models.UniqueConstraint(
                condition=models.Q(organisation=None),
                fields=["name_key"],
                name="network_group_name_unique",
                violation_error_message=SENTENCE,
            ),
        ),
    ]
