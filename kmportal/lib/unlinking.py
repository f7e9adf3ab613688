"""Unlinkability: rows that must not be laid beside a list of people lose their order, their moments and their traces.

A row tells more than its columns: where it stands in its file (on PostgreSQL ``ctid``, in SQLite the rowid), which
transaction wrote it (``xmin``), and in which order a dump prints it. Whoever keeps *who* and *what* apart calls this
for one side of the two, or better for both: docs/decisions/0024.
"""

import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_random = secrets.SystemRandom()
LOCK_SECONDS = 2


def one_way(secret: str, *, purpose: str) -> str:
    """Key separation: what may be kept of a secret for one purpose. Two purposes of one secret cannot be told to
    belong together by anybody who does not hold the secret, so it must be long and random."""
    return sha256(f"{purpose} {secret}".encode()).hexdigest()


def number_by_lot() -> int:
    """A key that says nothing, for a row without a name. Numbers that are given one after the other tell in which order
    rows were written, and so does what the same people did with their names in the same minutes."""
    return _random.randrange(1, 2**52)


def shuffle(rows: list[Any]) -> None:
    """Put rows in an order that nobody can foretell."""
    _random.shuffle(rows)


@transaction.atomic
def rewrite_in_random_order(*families: models.QuerySet[Any], renumber: bool = False) -> int:
    """Shuffle: write these rows again, each as it is, in an order that says nothing. Answers how many.

    Parents come before their children. All rows end up written by one transaction and stand in random order; keys stay,
    so they must say nothing by themselves: rows that are numbered as they come, and to which nothing points, get new
    numbers with ``renumber``. The caller holds a lock against everybody else who writes these rows.
    """
    kept = [list(family.order_by()) for family in families]
    for family, rows in reversed(list(zip(families, kept, strict=True))):
        if rows:
            family.order_by().delete()
    for family, rows in zip(families, kept, strict=True):
        shuffle(rows)
        for row in rows if renumber else ():
            row.pk = None
        family.model._base_manager.bulk_create(rows)
    return sum(map(len, kept))


# How a value is made anew without being changed, by its type: one that is long lies beside its row, in rows of its own
# that keep their transaction until there is another value.
ANEW = {
    "text": "{0} || ''",
    "character varying": "{0} || ''",
    "bytea": "{0} || ''::bytea",
    "tsvector": "{0} || ''::tsvector",
    "jsonb": "{0}::text::jsonb",
}


def write_again(rows: models.QuerySet[Any]) -> None:
    """Each row as it is, as a new version that no other transaction has anything to do with, and what is long in it,
    too. PostgreSQL only."""
    table = connection.ops.quote_name(rows.model._meta.db_table)
    keys = list(rows.order_by().values_list("pk", flat=True))
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        columns = [(connection.ops.quote_name(name), kind) for name, kind in cursor.fetchall()]
        key = connection.ops.quote_name(rows.model._meta.pk.column)
        anew = [f"{name} = {ANEW[kind].format(name)}" for name, kind in columns if kind in ANEW]
        changes = ", ".join(anew or [f"{key} = {key}"])
        cursor.execute(f"UPDATE {table} SET {changes} WHERE {key} = ANY(%s)", [keys])  # noqa: S608  our own names


def remove_old_versions(*tables: type[models.Model], whole_files: bool = False, locks: bool = False) -> bool:
    """Vacuum: have the database drop what stood in these tables before. Answers whether all of it is gone.

    PostgreSQL keeps old versions of rows until then, with the transaction that wrote each, and longer while somebody
    may still see them; ``whole_files`` writes the files anew, so that nothing is left between the rows either, and then
    begins a new file of the log of writes where the role may. It locks the tables for a moment and gives up when
    somebody else holds them. ``locks`` also takes away which transaction last looked whether a row is there.

    SQLite overwrites what is deleted by itself (``secure_delete``, kmportal/settings.py), and its log of the last
    writes is emptied here, unless somebody still reads. Does nothing inside a transaction. Whoever is answered no comes
    again.
    """
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return _empty_log(cursor)
        how = "(FULL) " if whole_files else "(FREEZE) " if locks else ""
        return _vacuum(cursor, [table._meta.db_table for table in tables], how)


def _empty_log(cursor: Any) -> bool:
    cursor.execute("PRAGMA busy_timeout")
    patience = int(cursor.fetchone()[0])
    cursor.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
    try:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not cursor.fetchone()[0]
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {patience}")


def _vacuum(cursor: Any, tables: Sequence[str], how: str) -> bool:
    # Asked before: who begins to read later cannot see what was deleted until now.
    is_free = _wait_for_older_readers(cursor)
    how = how if is_free else ""
    cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    try:
        for table in tables:
            cursor.execute(f"VACUUM {how}{connection.ops.quote_name(table)}")
    except OperationalError:  # somebody reads them at length, a back-up for example
        return False
    finally:
        cursor.execute("RESET lock_timeout")
    if how == "(FULL) ":
        _begin_new_log(cursor)
    return is_free


# Whatever keeps PostgreSQL from dropping rows that were deleted before the given transaction: an older transaction that
# is still open in any database of the server (the vacuum that writes files anew goes by its own snapshot, which goes
# back to that one); snapshots of this database, standbys that say what they still read, and transactions that are
# prepared and not ended.
# The ``catalog_xmin`` of a slot is left out: it holds the tables of the system, and none of ours.
OLDER_READERS = """
    SELECT 1 FROM (
      SELECT backend_xmin AS held FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (datid IS NULL OR datname = current_database())
      UNION ALL SELECT xmin FROM pg_replication_slots
      UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
      UNION ALL SELECT pg_snapshot_xmin(pg_current_snapshot())::xid
    ) AS holders WHERE held IS NOT NULL AND age(held) > age(%s::text::xid) LIMIT 1
"""


def _wait_for_older_readers(cursor: Any) -> bool:
    """Whether nobody may see any more what was deleted until now. Short readers are waited for; a long one is not."""
    cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text")
    (horizon,) = cursor.fetchone()
    for pause in (*[LOCK_SECONDS / 8] * 8, 0):
        cursor.execute(OLDER_READERS, [horizon])
        if cursor.fetchone() is None:
            return True
        time.sleep(pause)
    return False


def _begin_new_log(cursor: Any) -> None:
    """Have PostgreSQL put away what its log of writes holds of the old rows. Both need a right that the portal’s role
    need not have; docs/running.md says what to set so that files of the log that are put away are deleted."""
    for step in ("SELECT pg_switch_wal()", "CHECKPOINT"):
        with suppress(DatabaseError):
            cursor.execute(step)


def keep_no_statistics(schema_editor: BaseDatabaseSchemaEditor, *models_of_state: Any) -> None:
    """For migrations: PostgreSQL’s planner keeps no samples of these tables. An old row of its statistics, which nobody
    but the server may remove, would hold those who came first more often than those who came last."""
    if schema_editor.connection.vendor != "postgresql":
        return
    quote = schema_editor.quote_name
    for model in models_of_state:
        for field in model._meta.local_concrete_fields:
            schema_editor.execute(
                f"ALTER TABLE {quote(model._meta.db_table)} ALTER COLUMN {quote(field.column)} SET STATISTICS 0"
            )
