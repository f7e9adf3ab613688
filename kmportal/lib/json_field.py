"""Model field: a JSON column of plain values, whatever letters somebody sent.

JSON in PostgreSQL keeps neither a null character (U+0000) nor half of a surrogate pair, and refuses the whole row.
SQLite takes both. So that no page breaks on one of them, such letters are left out of every text on the way in.
"""

import re
from typing import Any

from django.db import models

_REFUSED = re.compile("[\x00\ud800-\udfff]")


class JSONField(models.JSONField):
    """Django’s own, and in migrations it is Django’s own: it changes what is written, not the column.

    The value on the object stays as it was set. Whoever compares it with what was stored cleans it before.
    """

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options

    def get_prep_value(self, value: Any) -> Any:
        return storable(super().get_prep_value(value))


def storable(value: Any) -> Any:
    """The same value without the letters that no JSON column keeps, in keys as well. What has none is not copied."""
    if isinstance(value, str):
        return _REFUSED.sub("", value) if not value.isascii() or "\0" in value else value
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    return value
