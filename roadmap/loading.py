"""Puts the shipped catalogue and the words of the five steps into the database. Idempotent."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.content_classes import recast
from kmportal.lib.loading import Loaded, left_out, load_rows
from roadmap.catalogue import Catalogue, Entry, Guidance
from roadmap.models import CatalogueEntry, StepGuide


@transaction.atomic
def load(catalogue: Catalogue, *, at: datetime) -> Loaded:
    """Create or change entries by key, in place. What no longer ships is retired, because plans may name it."""

    def more(entry: Entry, place: int) -> dict[str, object]:
        return {
            "guidance": recast(entry, Guidance, cost_words=catalogue.costs.words(entry.cost)),
            "is_extra": entry.extra,
            "is_draft": bool(entry.draft),
            "retired_at": None,
        }

    tally = Loaded("catalogue entries and steps")
    load_rows(tally, StepGuide, catalogue.steps, key="number")
    load_rows(tally, CatalogueEntry, catalogue.entries, more=more)
    gone = left_out(CatalogueEntry.objects.filter(retired_at=None), catalogue.entries)
    tally.retired += gone.update(retired_at=at)
    return tally
