"""Searches that found nothing lose the order in which they were asked: docs/decisions/0092.

Nobody acts here: it is called by the timetable, and tells nothing.
"""

from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.unlinking import LOCK_SECONDS, number_by_lot, remove_old_versions, rewrite_in_random_order
from search.models import UnansweredSearch


def mix_searches() -> int:
    """Write the searches of these two days again in random order, so that neither their place nor a transaction says
    when one was asked, and their file anew; answers how many were new.

    Idempotent: while somebody holds or reads them, or if the worker is killed, the marks stay and the next call does it
    again. All that are written again are marked: a mark that is taken off some of them alone would tell which.
    """
    yesterday, mark = timezone.now().date() - timedelta(days=1), number_by_lot()
    count = UnansweredSearch.objects.exclude(traces=0).count()
    if not count:
        return 0
    try:
        with transaction.atomic():
            _hold_all()
            rows = UnansweredSearch.objects.filter(~Q(traces=0) | Q(last_on__gte=yesterday))
            rows.update(traces=mark)
            rewrite_in_random_order(UnansweredSearch.objects.filter(traces=mark))
    except OperationalError:
        return 0
    if remove_old_versions(UnansweredSearch, whole_files=True):
        # One that was asked meanwhile has another mark and keeps it.
        UnansweredSearch.objects.filter(traces=mark).update(traces=0)
    return count


def _hold_all() -> None:
    """On PostgreSQL a lock on the table: a statement that waits for it sees what was written meanwhile, one that waits
    for a row would find it gone. On SQLite one transaction writes at a time anyhow."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            table = connection.ops.quote_name(UnansweredSearch._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
