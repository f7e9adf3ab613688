"""Puts the shipped techniques into the database. Idempotent; an organisation’s own copies are never touched."""

from django.db import transaction

from kmportal.lib.loading import Loaded, left_out, load_rows
from search import index
from techniques.content_schema import Library
from techniques.models import Technique
from techniques.search_documents import technique_documents


@transaction.atomic
def load(library: Library) -> Loaded:
    """Create or change shipped techniques by key, in place. One that no longer ships can no longer be run."""
    tally = Loaded("techniques")
    load_rows(
        tally,
        Technique,
        library.techniques,
        among={"organisation": None},
        more=lambda script, place: {"minutes": script.totals, "is_draft": bool(script.draft)},
    )
    shipped = Technique.objects.filter(organisation=None)
    tally.retired += left_out(shipped.filter(can_run=True), library.techniques).update(can_run=False)
    index.put_many(technique_documents(shipped))
    return tally
