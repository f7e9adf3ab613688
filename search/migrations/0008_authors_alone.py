from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0013_away"),
        ("search", "0007_counts_and_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="searchdoc",
            name="search_doc_own",
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(
                condition=models.Q(("author__isnull", False)), fields=["author", "reach"], name="search_doc_own"
            ),
        ),
    ]
