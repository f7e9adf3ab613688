"""The search index follows what happens: whatever an event is about is put anew, in the transaction of the deed."""

from collections.abc import Iterable, Sequence

from django.db.models import Model

from kmportal.lib import things
from kmportal.lib.things import Thing
from organisations.events import Occurrence
from search import index


def follow(occurrence: Occurrence) -> None:
    """Put the thing of an event into the index as it is now, with what changed beside it; or forget what is deleted."""
    if occurrence.is_deletion:
        index.drop(*occurrence.ref)
        return
    put([occurrence.subject, *occurrence.also])


def put(rows: Iterable[Model]) -> None:
    """Put rows of any kinds into the index; those that can no longer be found are dropped from it."""
    by_thing: dict[str, list[Model]] = {}
    for row in rows:
        by_thing.setdefault(things.thing_of(row).kind, []).append(row)
    for kind, same in by_thing.items():
        _put_whole_kind(things.kind(kind), same)


def _put_whole_kind(thing: Thing, rows: Sequence[Model]) -> None:
    if thing.search_documents is None:
        return
    docs = {doc.ident: doc for doc in thing.search_documents(rows)}
    index.put_many(docs.values())
    for row in rows:
        if row.pk not in docs:
            index.drop(thing.kind, row.pk)
