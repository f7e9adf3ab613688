"""The one place where rows get the moments of the story.

The actions stamp most of what they write with the clock. While a story is told, each happening is followed by
``Dating.settle``: every row that is new since then, and every moment in it that the clock has set, gets the moment of
the happening. So the trail, notices, mails, room logs and histories agree with each other to the minute.
"""

from collections.abc import Sequence
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import timezone

Stamped = tuple[type[models.Model], Sequence[str]]


class Dating:
    """Remembers the newest row of every table, and dates what comes after it."""

    def __init__(self) -> None:
        self.began = timezone.now()
        self.stamped = stamped_models()
        self._newest = self._look()

    def settle(self, at: datetime) -> None:
        """Give everything new the moment ``at``. What an action was told (a due day, the start of a session) stays:
        only moments between the beginning of the loading and now can have come from the clock."""
        newest = self._look()
        until = timezone.now()
        for (model, fields), before, after in zip(self.stamped, self._newest, newest, strict=True):
            if after != before:
                for field in fields:
                    rows = model._base_manager.filter(pk__gt=before, **{f"{field}__range": (self.began, until)})
                    rows.update(**{field: at})
        self._newest = newest

    def _look(self) -> list[int]:
        """The highest key of each table, all in one statement."""
        quoted = connection.ops.quote_name
        parts = [
            f"(SELECT COALESCE(MAX({quoted(model._meta.pk.column)}), 0) FROM {quoted(model._meta.db_table)})"  # noqa: S608  names of our own tables
            for model, _ in self.stamped
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}")
            return list(cursor.fetchone())


def stamped_models() -> list[Stamped]:
    """Every table of ours with a moment in it. Rows without a counting key (answers) have no moments, on purpose."""
    found = []
    for label in settings.LOCAL_APPS:
        for model in apps.get_app_config(label).get_models():
            fields = [field.name for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)]
            if fields and isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
                found.append((model, fields))
    return found
