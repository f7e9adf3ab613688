from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lessons", "0022_files_of_assets"),
        ("organisations", "0013_away"),
        ("roadmap", "0001_squashed_0003_changes_of_several_at_once"),
        ("techniques", "0013_outlooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="lesson",
            name="lesson_mine",
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(
                condition=models.Q(("author__isnull", False)), fields=["author", "state"], name="lesson_mine"
            ),
        ),
    ]
