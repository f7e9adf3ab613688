import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_name_events_and_circles")]

    operations = [
        migrations.AlterField(
            model_name="groupmembership",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="circles", to="organisations.membership"
            ),
        ),
        migrations.AlterField(model_name="auditentry", name="kind", field=models.CharField(max_length=20)),
        migrations.AlterField(model_name="auditname", name="kind", field=models.CharField(max_length=20)),
    ]
