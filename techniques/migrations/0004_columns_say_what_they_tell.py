"""Columns of sessions and of an organisation’s own scripts say what they tell and which kind they are.

The table is what the shipped scripts said when this was written. Later scripts are copied with their own words, and
``load_content`` brings the shipped techniques up to date.
"""

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Technique → what is told → “stage.column”. What is not listed tells by what the close makes of it.
TELLS = {
    "after-action-review": {
        "expected": "expect.expected",
        "why": "why.why",
    },
    "appreciative-inquiry": {
        "expected": "definition.topic dream.dreams design.design delivery.signs",
    },
    "before-action-review": {
        "expected": "aim.aim aim.risks success.signs success.needs",
        "learned": "others.use others.leave",
        "actions": "others.ask",
    },
    "brown-bag-lunch": {
        "nothing": "case.asked",
        "learned": "talk.elsewhere next.takeaway",
    },
    "community-of-practice": {
        "expected": "problems.problems",
        "nothing": "domain.domain community.rhythm community.rules charter.charter",
    },
    "fishbowl": {
        "nothing": "conversation.questions",
    },
    "knowledge-asset": {
        "nothing": "audience.reader audience.out collect.material structure.headings people.contacts",
        "learned": "points.points",
    },
    "knowledge-harvesting": {
        "happened": "role.story deep.cases",
        "learned": "traps.traps",
    },
    "open-discussion": {
        "expected": "wanted.picture obstacles.doubts agree.sentence agree.remain",
    },
    "peer-assist": {
        "expected": "present.question",
        "learned": "ask.ideas options.learned options.options options.advice feedback.feedback",
    },
    "programme-kick-off": {
        "expected": "different.hopes",
        "nothing": "questions.asked",
        "actions": "pledges.pledges",
    },
    "retrospect": {
        "expected": "objectives.aims",
        "why": "successes.successes disappointments.disappointments",
    },
    "self-assessment-meeting": {
        "actions": "choose.agreed",
    },
    "strategy-ambition": {
        "actions": "heard.changed",
        "expected": "aim.aim takes.needs agree.ambition agree.check",
        "nothing": "leave.later",
    },
    "strategy-objectives": {
        "expected": "goals.results objectives.objectives measures.measures test.keep test.risks",
        "why": "objectives.serves",
    },
    "strategy-vision": {
        "expected": "vision.seen vision.vision mission.mission",
        "nothing": "mission.others",
    },
    "wants-and-offers": {
        "nothing": "wants.wants offers.offers talk.unmet",
    },
}
BY_MAKING = {"actions": "actions", "lessons": "learned", "nothing": "nothing", "summary": "happened"}
BATCH = 500


def _told(technique: str, stage: str, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns with the two fields, where they lack them."""
    listed = {place: tells for tells, places in TELLS.get(technique, {}).items() for place in places.split()}
    return [
        {
            "tells": listed.get(f"{stage}.{column['key']}", BY_MAKING.get(column.get("makes", ""), "nothing")),
            "takes": "note",
            **column,
        }
        for column in columns
    ]


def say_what_columns_tell(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    stages, techniques = apps.get_model("techniques", "Stage"), apps.get_model("techniques", "Technique")
    for rows in _batches(stages.objects.select_related("session__technique").order_by("pk")):
        for row in rows:
            row.columns = _told(row.session.technique.key, row.key, row.columns)
        stages.objects.bulk_update(rows, ["columns"])
    for technique in techniques.objects.all():
        technique.stages = [
            {**stage, "columns": _told(technique.key, stage["key"], stage["columns"])} for stage in technique.stages
        ]
        technique.save(update_fields=["stages"])


def _batches(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    last = 0
    while found := list(rows.filter(pk__gt=last)[:BATCH]):
        yield found
        last = found[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0003_admission_and_unread_columns"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stage",
            name="columns",
            field=models.JSONField(default=list, help_text="As the script has them (content_schema.Column)."),
        ),
        migrations.RunPython(say_what_columns_tell, migrations.RunPython.noop, elidable=True),
    ]
