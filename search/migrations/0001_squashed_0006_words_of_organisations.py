"""All of search up to 0006 in one step, for a new database (docs/decisions/0077)."""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once

text_index = import_module("search.migrations.0002_text_index")


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("search", "0001_initial"),
        ("search", "0002_text_index"),
        ("search", "0003_references"),
        ("search", "0004_unanswered_searches"),
        ("search", "0005_unanswered_versions"),
        ("search", "0006_words_of_organisations"),
    ]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDoc",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("ident", models.BigIntegerField(help_text="Key of the thing in its own table.")),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("author", "Only you"),
                            ("reviewers", "You and those who check lessons"),
                            ("group", "The group it belongs to"),
                            ("organisation", "Everybody in the organisation"),
                            ("network", "Everybody in the network"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.group",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("state", models.CharField(blank=True, max_length=20)),
                ("subkind", models.CharField(blank=True, max_length=40)),
                ("source", models.CharField(blank=True, max_length=80)),
                ("year", models.IntegerField(blank=True, null=True)),
                (
                    "rank",
                    models.SmallIntegerField(default=0, help_text="0 to 1000; what is proved and used comes first."),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "digest",
                    models.CharField(
                        editable=False, help_text="Of all that was put, to see what changed.", max_length=32
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "ident"), name="search_doc_once")],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.CharField(max_length=30, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "doc",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="search.searchdoc",
                    ),
                ),
                ("tags", models.TextField(blank=True)),
                ("abstract", models.TextField(blank=True)),
                ("body", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="UnansweredSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("key", models.CharField(editable=False, max_length=64)),
                ("words", models.CharField(max_length=200)),
                ("days", models.PositiveIntegerField(default=1, help_text="On how many days it was asked.")),
                ("last_on", models.DateField()),
                ("told_on", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Waiting"), ("answered", "Answered"), ("aside", "Not for us")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer_kind", models.CharField(blank=True, max_length=20)),
                ("answer_ident", models.BigIntegerField(blank=True, null=True)),
                ("answer_words", models.CharField(blank=True, max_length=500)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "unanswered searches",
                "indexes": [
                    models.Index(fields=["organisation", "state", "-last_on"], name="unanswered_newest"),
                    models.Index(fields=["organisation", "state", "-days"], name="unanswered_often"),
                ],
                "constraints": [models.UniqueConstraint(fields=("organisation", "key"), name="unanswered_search_once")],
            },
        ),
        migrations.CreateModel(
            name="DictionaryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "short",
                    models.CharField(
                        error_messages={"blank": "Say what people type."},
                        max_length=40,
                        verbose_name="What people type",
                    ),
                ),
                (
                    "long",
                    models.CharField(
                        error_messages={"blank": "Say what it means."}, max_length=80, verbose_name="What it means"
                    ),
                ),
                ("keys", models.CharField(editable=False, help_text="Both as search reads them.", max_length=200)),
                ("only_capitals", models.BooleanField(default=False, verbose_name="It means this in capitals only")),
            ],
            options={
                "verbose_name_plural": "dictionary entries",
                "ordering": ["short", "long", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "keys"),
                        name="dictionary_entry_once",
                        violation_error_message="This stands there already.",
                    )
                ],
            },
        ),
        migrations.RunPython(text_index.create, text_index.drop),
    ]
    operations = at_once(operations)
