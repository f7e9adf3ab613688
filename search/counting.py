"""Keeping the figures of lists: how many things there are of each sort, as ``DocCount`` has them.

Triggers write them in the transaction that changes a row, whichever way it changes (see migration 0007), so that no
caller can forget it. Here they are added up, compared with the rows, and put right.
"""

from typing import Any

from django.db import connection, transaction

from search.models import DocCount

# What things are told apart by.
COLUMNS = ("audience", "kind", "state", "name", "value", "within", "within_value")
NAMES = ", ".join(COLUMNS)
# What is counted of a thing besides its state: name → its value as text.
VALUES = {
    "subkind": "subkind",
    "source": "source",
    "year": "coalesce(CAST(year AS text), '')",
    "group": "coalesce(CAST(group_id AS text), '')",
}
# What one thing counts for: itself, each of its values, and each within each other one.
COUNTED = (
    ("''", "''", "''", "''"),
    *((f"'{name}'", value, "''", "''") for name, value in VALUES.items()),
    *(
        (f"'{name}'", value, f"'{within}'", within_value)
        for name, value in VALUES.items()
        for within, within_value in VALUES.items()
        if name != within
    ),
)
_AUDIENCE = (
    "CASE reach WHEN 'network' THEN 'n' WHEN 'group' THEN 'g' || coalesce(group_id, 0) "
    "WHEN 'organisation' THEN 'o' || coalesce(organisation_id, 0) "
    "WHEN 'reviewers' THEN 'r' || coalesce(organisation_id, 0) ELSE 'a' END"
)
_WHOSE = f"{_AUDIENCE} AS audience, kind, state"
_ROWS = " UNION ALL ".join(
    f"SELECT {_WHOSE}, {name} AS name, {value} AS value, {within} AS within, {within_value} AS within_value, "  # noqa: S608
    f"1 AS number FROM search_searchdoc"
    for name, value, within, within_value in COUNTED
)
# So many changes wait before they are added up.
MOST_WAITING = 500
# Any number of our own: only one at a time adds up or puts right.
_LOCK = 0x6B6D_636E


# How far the rows are from what is counted: one statement, so that both are looked at in the same moment.
_APART = f"""
    SELECT {NAMES}, sum(number) AS number FROM (
        SELECT * FROM ({_ROWS}) each_row
        UNION ALL SELECT {NAMES}, -number FROM search_doccount
    ) apart GROUP BY {NAMES} HAVING sum(number) <> 0
"""  # noqa: S608  constants


def apart() -> int:
    """In how many sorts what is counted differs from the rows. Reads all rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_APART}) apart")  # noqa: S608  constants
        return int(cursor.fetchone()[0])


def faults() -> list[str]:
    """What is wrong with what is counted, in a sentence; empty when all is well."""
    return [f"{number} counts are not as many as the rows."] if (number := apart()) else []


def recount() -> None:
    """Put right what is counted, while people go on working: only the difference is written. Reads all rows."""
    if connection.vendor == "sqlite" and not apart() and not DocCount.objects.filter(number=0).exists():
        return  # looked at without the one lock for writing
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            _fold(cursor)
        _add(cursor, _APART)
        cursor.execute("DELETE FROM search_doccount WHERE number = 0 AND NOT waits")


def fold(most: int | None = None) -> bool:
    """Add up the changes that wait, where there are more than so many: what is counted stays the same, and is read from
    fewer rows. Answers no where somebody else is at it. On SQLite nothing ever waits."""
    if connection.vendor == "sqlite":
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_doccount WHERE waits")
        if cursor.fetchone()[0] <= (MOST_WAITING if most is None else most):
            return True
        # Whoever adds up in the middle of their own work must not wait, nor be waited for.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        is_mine = bool(cursor.fetchone()[0])
        if is_mine:
            _fold(cursor)
    return is_mine


def _fold(cursor: Any) -> None:
    """What waits is taken away and added to the figures in one statement: whoever reads sees it once."""
    waiting = f"WITH taken AS (DELETE FROM search_doccount WHERE waits RETURNING {NAMES}, number)"  # noqa: S608  constants
    sums = f"SELECT {NAMES}, sum(number) AS number FROM taken GROUP BY {NAMES} HAVING sum(number) <> 0"  # noqa: S608  constants
    _add(cursor, sums, waiting)
    cursor.execute("SELECT gin_clean_pending_list('search_text_tsv')")


def _add(cursor: Any, select: str, before: str = "") -> None:
    """Add to the figures that stand. Nobody else writes these, so nobody waits for it."""
    cursor.execute(
        f"{before} INSERT INTO search_doccount ({NAMES}, number, waits) "  # noqa: S608  constants
        f"SELECT {NAMES}, number, false FROM ({select}) found WHERE true "
        f"ON CONFLICT ({NAMES}) WHERE NOT waits DO UPDATE SET number = search_doccount.number + excluded.number"
    )
