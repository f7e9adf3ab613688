"""Searches that found nothing lose the order in which they were asked: docs/decisions/0092.

Nobody acts here: it is called by the timetable, and tells nothing.
"""

from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.unlinking import LOCK_SECONDS, remove_old_versions, rewrite_in_random_order
from search.models import UnansweredSearch


def mix_searches() -> int:
    """Write the searches of these two days again in random order, so that neither their place nor a transaction says
    when one was asked; answers how many were new. Idempotent: while somebody holds them, the next call tries again."""
    fresh = UnansweredSearch.objects.filter(is_unmixed=True)
    if not fresh.exists():
        return 0
    yesterday = timezone.now().date() - timedelta(days=1)
    try:
        with transaction.atomic():
            _hold_all()
            rows = UnansweredSearch.objects.filter(Q(is_unmixed=True) | Q(last_on__gte=yesterday))
            keys = list(rows.values_list("pk", flat=True))
            count = fresh.update(is_unmixed=False)
            rewrite_in_random_order(UnansweredSearch.objects.filter(pk__in=keys))
    except OperationalError:
        return 0
    remove_old_versions(UnansweredSearch)
    return count


def _hold_all() -> None:
    """On PostgreSQL a lock on the table: a statement that waits for it sees what was written meanwhile, one that waits
    for a row would find it gone. On SQLite one transaction writes at a time anyhow."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            table = connection.ops.quote_name(UnansweredSearch._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
