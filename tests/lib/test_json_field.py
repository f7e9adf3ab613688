"""Every JSON column keeps whatever letters somebody sends, on both databases."""

import json

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter

from jobs.models import Job
from kmportal.lib.bulk import insert_many
from kmportal.lib.content_field import ContentField
from kmportal.lib.json_field import JSONField, storable

OURS = [model for name in settings.LOCAL_APPS for model in apps.get_app_config(name).get_models()]
COLUMNS = [field for model in OURS for field in model._meta.concrete_fields if isinstance(field, models.JSONField)]
NASTY = {"a\0b": ["\ud800", {"c": "\udfffd\0"}, ("e\0",)], "f": None, "g": 1.5, "h": True, "i": "🧑🏽‍⚕️ é"}
CLEAN = {"ab": ["", {"c": "d"}, ["e"]], "f": None, "g": 1.5, "h": True, "i": "🧑🏽‍⚕️ é"}


def ids(field):
    return f"{field.model.__name__}.{field.name}"


def test_only_what_no_column_keeps_is_left_out():
    assert storable(NASTY) == CLEAN
    assert storable("two\r\nlines\tand \u202e what turns round") == "two\r\nlines\tand \u202e what turns round"


@pytest.mark.django_db
@pytest.mark.parametrize("field", COLUMNS, ids=ids)
def test_every_json_column_of_the_portal_takes_it(field):
    """Asked of the database itself, which refuses what it does not keep."""
    assert isinstance(field, JSONField | ContentField)
    written = field.get_db_prep_save(NASTY, connection)
    asks = "SELECT CAST(%s AS jsonb)" if connection.vendor == "postgresql" else "SELECT json(%s)"
    with connection.cursor() as cursor:
        cursor.execute(asks, [written])
        (found,) = cursor.fetchone()
    assert json.loads(found) == CLEAN


@pytest.mark.django_db
def test_rows_that_are_copied_in_are_cleaned_too():
    insert_many([Job(function="tests.nothing", title="Nothing", args=NASTY)])
    assert Job.objects.get().args == CLEAN


def test_migrations_know_nothing_of_it():
    """The column is the same, so a change here needs none."""
    assert "models.JSONField" in MigrationWriter.serialize(JSONField(default=dict))[0]
