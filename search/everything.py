"""Everything that can be found, from every app: for building the index anew and for comparing it."""

from collections.abc import Iterator

from kmportal.lib import things
from search.index import Doc


def everything() -> Iterator[Doc]:
    """One document for each thing that stands in the index; rows are read in chunks."""
    for thing in things.registry().values():
        if thing.search_documents is not None:
            for rows in thing.everything():
                yield from thing.search_documents(rows)
