"""The database keeps the promise about names.

Once a round is open or has a response, ``anonymous`` cannot change and the state cannot go back to *draft*; a response
carries the flag of its round, and keeps flag and round for good. Together with the constraint that an anonymous
response has no person, no statement can put a name to an anonymous answer by loosening something first.

A later migration that alters one of the two tables must call ``unpromise`` before and ``promise`` after: SQLite
rebuilds the table, which drops its own triggers and stumbles over those that mention it. The tests notice.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER assessment_promise BEFORE UPDATE OF anonymous, state ON selfassessment_assessment
    WHEN (NEW.anonymous <> OLD.anonymous OR (NEW.state = 'draft' AND OLD.state <> 'draft'))
     AND (OLD.state <> 'draft' OR EXISTS (SELECT 1 FROM selfassessment_response WHERE assessment_id = OLD.id))
    BEGIN SELECT RAISE(ABORT, 'What was said about names cannot be changed once a round is open.'); END
    """,
    """
    CREATE TRIGGER response_promise_insert BEFORE INSERT ON selfassessment_response
    WHEN NEW.anonymous <> (SELECT anonymous FROM selfassessment_assessment WHERE id = NEW.assessment_id)
    BEGIN SELECT RAISE(ABORT, 'What was said about names cannot be changed once a round is open.'); END
    """,
    """
    CREATE TRIGGER response_promise_update BEFORE UPDATE OF anonymous, assessment_id ON selfassessment_response
    WHEN NEW.anonymous <> OLD.anonymous OR NEW.assessment_id <> OLD.assessment_id
    BEGIN SELECT RAISE(ABORT, 'What was said about names cannot be changed once a round is open.'); END
    """,
]
SQLITE_BACK = [
    f"DROP TRIGGER IF EXISTS {name}"
    for name in ("assessment_promise", "response_promise_insert", "response_promise_update")
]

POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION selfassessment_round_promise() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.state <> 'draft' OR EXISTS (SELECT 1 FROM selfassessment_response WHERE assessment_id = OLD.id) THEN
        RAISE EXCEPTION 'What was said about names cannot be changed once a round is open.' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER assessment_promise BEFORE UPDATE OF anonymous, state ON selfassessment_assessment FOR EACH ROW
    WHEN (NEW.anonymous <> OLD.anonymous OR (NEW.state = 'draft' AND OLD.state <> 'draft'))
    EXECUTE FUNCTION selfassessment_round_promise()
    """,
    """
    CREATE OR REPLACE FUNCTION selfassessment_response_promise() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND (NEW.anonymous <> OLD.anonymous OR NEW.assessment_id <> OLD.assessment_id)
        OR NEW.anonymous <> (SELECT anonymous FROM selfassessment_assessment WHERE id = NEW.assessment_id)
      THEN
        RAISE EXCEPTION 'What was said about names cannot be changed once a round is open.' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER response_promise BEFORE INSERT OR UPDATE OF anonymous, assessment_id ON selfassessment_response
    FOR EACH ROW EXECUTE FUNCTION selfassessment_response_promise()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS assessment_promise ON selfassessment_assessment",
    "DROP TRIGGER IF EXISTS response_promise ON selfassessment_response",
    "DROP FUNCTION IF EXISTS selfassessment_round_promise()",
    "DROP FUNCTION IF EXISTS selfassessment_response_promise()",
]


def promise(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unpromise(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("selfassessment", "0001_initial")]

    operations = [migrations.RunPython(promise, unpromise)]
