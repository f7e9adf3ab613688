import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0001_initial"),
        ("help", "0001_introductions_put_away"),
    ]

    operations = [
        migrations.DeleteModel(name="PutAway"),
        migrations.RenameField(model_name="auditentry", old_name="verb", new_name="event"),
        migrations.AddField(
            model_name="groupmembership",
            name="is_guest",
            field=models.BooleanField(default=False, help_text="Reads and takes part, but is no member of it."),
        ),
        migrations.AddField(
            model_name="groupmembership",
            name="membership",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="circles",
                to="organisations.membership",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="admits_outsiders",
            field=models.BooleanField(
                default=False, help_text="Members of other organisations may belong to our groups."
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="lends_members",
            field=models.BooleanField(
                default=False, help_text="Our members may belong to groups of other organisations and of the network."
            ),
        ),
        migrations.AlterField(
            model_name="group",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: it belongs to the network.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="organisations.organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(organisation=None),
                name="network_group_name_unique",
                violation_error_message="There is already a group with this name.",
            ),
        ),
    ]
