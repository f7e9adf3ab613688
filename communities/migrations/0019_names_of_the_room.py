import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0018_picture_with_consent"),
    ]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="joined",
            field=models.TextField(
                blank=True,
                default="",
                max_length=2000,
                validators=[django.core.validators.MaxLengthValidator(2000)],
            ),
            preserve_default=False,
        ),
    ]
