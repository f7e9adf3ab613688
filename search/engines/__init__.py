"""The text index of each database behind one small interface.

An engine only says how its database matches and scores; visibility, filters, counting and paging are the same SQL for
both and live in ``search.finding``. Words reach an engine analysed: letters and figures only, never what was typed.
"""

from django.db import connection

from search.engines import postgresql, sqlite
from search.engines.base import EXACT, Engine, Match, Words, marks_of

ENGINES: dict[str, Engine] = {"sqlite": sqlite.Engine(), "postgresql": postgresql.Engine()}

__all__ = ["ENGINES", "EXACT", "Engine", "Match", "Words", "current", "marks_of"]


def current() -> Engine:
    """The engine of the database that is configured."""
    return ENGINES[connection.vendor]
