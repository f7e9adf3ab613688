"""Sessions that were planned before columns said what they tell: the migration adds it to their copies."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from techniques.models import Stage, Technique

migration = import_module("techniques.migrations.0004_columns_say_what_they_tell")


@pytest.fixture
def old_apps(db):
    """The models as they were before."""
    steps = MigrationLoader(connection, replace_migrations=False)
    return steps.project_state([("techniques", "0003_admission_and_unread_columns")]).apps


def old(key, makes, **more):
    return {"key": key, "name": key.capitalize(), "makes": makes, **more}


def test_planned_sessions_and_own_scripts_say_what_they_tell(old_apps, session, riverside):
    Technique.objects.filter(pk=session.technique_id).update(key="fishbowl")
    stage = session.stages.get(key="happened")
    old_stage = old_apps.get_model("techniques", "Stage").objects.get(pk=stage.pk)
    old_stage.key = "conversation"
    old_stage.columns = [old("points", "summary"), old("questions", "summary"), old("more", "actions", names=True)]
    old_stage.save()
    script = [{"key": "a", "name": "A", "columns": [old("x", "lessons"), old("y", "nothing"), old("z", "")]}]
    olds = old_apps.get_model("techniques", "Technique").objects
    own = olds.create(
        key="our-own", organisation_id=riverside.pk, name="Ours", moment="any", tier="next", purpose="x", stages=script
    )

    for _ in range(2):  # twice is the same as once
        migration.say_what_columns_tell(old_apps, None)
        columns = Stage.objects.get(pk=stage.pk).columns
        assert [(one.key, one.tells, one.takes, one.names) for one in columns] == [
            ("points", "happened", "note", False),
            ("questions", "nothing", "note", False),
            ("more", "actions", "note", True),
        ]
        [copied] = Technique.objects.get(pk=own.pk).stages
        assert [(one.key, one.tells, one.takes) for one in copied.columns] == [
            ("x", "learned", "note"), ("y", "nothing", "note"), ("z", "nothing", "note"),
        ]  # fmt: skip


def test_what_is_said_already_stays(old_apps, session):
    before = {stage.key: stage.columns for stage in session.stages.all()}
    migration.say_what_columns_tell(old_apps, None)
    assert {stage.key: stage.columns for stage in session.stages.all()} == before
