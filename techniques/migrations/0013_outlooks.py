import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0012_peer_assist"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outlook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("expected", "Expected"), ("feared", "Feared")], max_length=10)),
                ("text", models.CharField(max_length=1000)),
                (
                    "came",
                    models.CharField(
                        blank=True,
                        choices=[("true", "It came true"), ("partly", "Partly"), ("not", "It did not")],
                        max_length=10,
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outlook", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind", "feared"), ("came", ""), _connector="OR"),
                        name="outlook_of_fears_is_marked",
                    )
                ],
            },
        ),
    ]
