"""Puts the shipped techniques into the database. Repeatable; an organisation’s own copies are never touched."""

from django.db import transaction

from kmportal.lib.loading import Loaded, put
from search import index
from techniques.content_schema import Column, Library, Stage
from techniques.content_schema import Technique as Script
from techniques.models import Technique
from techniques.search_documents import technique_documents


@transaction.atomic
def load(library: Library) -> Loaded:
    """Create or change shipped techniques by key, in place. One that no longer ships can no longer be run."""
    tally = Loaded("techniques")
    for script in library.techniques:
        put(tally, Technique, {"key": script.key, "organisation": None}, _values(script))
    keys = [script.key for script in library.techniques]
    gone = Technique.objects.filter(organisation=None, can_run=True).exclude(key__in=keys)
    tally.retired += gone.update(can_run=False)
    index.put_many(technique_documents(Technique.objects.filter(organisation=None)))
    return tally


def _values(script: Script) -> dict[str, object]:
    return {
        "name": script.name,
        "moment": script.moment,
        "tier": script.tier,
        "purpose": script.purpose,
        "card": _card(script),
        "stages": [_stage(stage) for stage in script.stages],
        "minutes": script.totals.as_dict(),
        "can_run": script.can_run,
        "is_draft": bool(script.draft),
        "position": script.position,
    }


def _card(script: Script) -> dict[str, object]:
    return {
        "aliases": list(script.aliases),
        "family": script.family,
        "front": {"what": script.front.what, "when": script.front.when, "steps": list(script.front.steps)},
        "not_in_room": script.not_in_room,
        "use_when": list(script.use_when),
        "not_when": list(script.not_when),
        "size": {"min": script.size_min, "max": script.size_max, "note": script.size_note},
        "card_time": script.card_time,
        "ours": list(script.ours),
        "roles": [{"name": role.name, "does": role.does} for role in script.roles],
        "prep": [{"days": item.days, "text": item.text} for item in script.prep],
        "say_first": list(script.say_first),
        "timetable": [{"when": when, "what": what} for when, what in script.timetable],
        "outputs": list(script.outputs),
        "keep": list(script.keep),
        "dont_keep": list(script.dont_keep),
        "goes_wrong_when": list(script.goes_wrong_when),
        "online": script.online,
        "after_distress": script.after_distress,
        "confidentiality": script.confidentiality,
        "sources": list(script.sources),
        "draft": list(script.draft),
    }


def _column(column: Column) -> dict[str, object]:
    names = {"names": True} if column.names else {}
    return {"key": column.key, "name": column.name, "makes": column.makes, **names}


def _stage(stage: Stage) -> dict[str, object]:
    values: dict[str, object] = {
        "key": stage.key,
        "name": stage.name,
        "prompts": list(stage.prompts),
        "say": stage.say,
        "minutes": stage.minutes.as_dict(),
        "columns": [_column(column) for column in stage.columns],
        "writes": stage.writes,
        "reveal": stage.reveal,
        "reveal_reason": stage.reveal_reason,
    }
    if stage.rounds:
        values["rounds"] = stage.rounds.as_dict()
        values["parts"] = [
            {"name": part.name, "prompts": list(part.prompts), "minutes": part.minutes.as_dict()}
            for part in stage.parts
        ]
    return values
