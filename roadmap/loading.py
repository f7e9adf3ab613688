"""Puts the shipped catalogue and the words of the five steps into the database. Repeatable."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.loading import Loaded, put
from roadmap.catalogue import Catalogue, Entry
from roadmap.models import CatalogueEntry, StepGuide


@transaction.atomic
def load(catalogue: Catalogue, *, at: datetime) -> Loaded:
    """Create or change entries by key, in place. What no longer ships is retired, because plans may name it."""
    tally = Loaded("catalogue entries and steps")
    for step in catalogue.steps:
        put(
            tally,
            StepGuide,
            {"number": step.number},
            {"purpose": step.purpose, "exit_questions": list(step.exit_questions)},
        )
    for entry in catalogue.entries:
        put(tally, CatalogueEntry, {"key": entry.key}, _values(entry, dict(catalogue.costs)))
    gone = CatalogueEntry.objects.filter(retired_at=None).exclude(key__in=[entry.key for entry in catalogue.entries])
    tally.retired += gone.update(retired_at=at)
    return tally


def _values(entry: Entry, costs: dict[str, str]) -> dict[str, object]:
    return {
        "name": entry.name,
        "step": entry.step,
        "position": entry.position,
        "what": entry.what,
        "kind": entry.kind,
        "effort": entry.effort,
        "areas": list(entry.areas),
        "is_extra": entry.extra,
        "is_draft": bool(entry.draft),
        "retired_at": None,
        "guidance": {
            "why": entry.why,
            "how": list(entry.how),
            "who": entry.who,
            "time": entry.time,
            "cost": entry.cost,
            "cost_words": costs[entry.cost],
            "inputs": list(entry.inputs),
            "outputs": list(entry.outputs),
            "template": list(entry.template),
            "visibility": entry.visibility,
            "tier": entry.tier,
            "technique": entry.technique,
            "how_to_know": entry.how_to_know,
            "aliases": list(entry.aliases),
            "sources": list(entry.sources),
            "draft": list(entry.draft),
        },
    }
