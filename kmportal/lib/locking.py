"""Optimistic locking: two people may edit the same thing, and nobody's text is lost."""

from typing import Any

from django.db.models import F, Model

from kmportal.lib.exceptions import Stale


def save_over(obj: Model, *, seen: int, **fields: Any) -> None:
    """Write ``fields`` if the row still has the ``version`` that the person saw, and count the version up.

    The comparison is one UPDATE in the database, so that two writers at the same moment cannot both win. On
    success ``obj`` carries the new values. Raises ``Stale`` and writes nothing if the row has moved on.
    """
    rows = type(obj)._default_manager.filter(pk=obj.pk, version=seen)
    if not rows.update(version=F("version") + 1, **fields):
        raise Stale
    for name, value in fields.items():
        setattr(obj, name, value)
    obj.version = seen + 1  # type: ignore[attr-defined]
