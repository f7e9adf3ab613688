import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_squashed_0019_names_of_the_room"),
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="closing",
            name="why_woken",
            field=models.TextField(
                blank=True,
                error_messages={"blank": "Say why it should wake."},
                max_length=500,
                validators=[django.core.validators.MaxLengthValidator(500)],
                verbose_name="Why should it wake?",
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="woken_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="closing",
            name="woken_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="Seen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("talk_at", models.DateTimeField()),
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen",
                        to="organisations.groupmembership",
                    ),
                ),
            ],
        ),
    ]
