"""Shares of a walk: PostgreSQL is sent fewer of its examples than SQLite, which is sent all: docs/decisions/0023."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def fewer_on_postgresql(examples: Sequence[T], one_of: int) -> Sequence[T]:
    """What a walk takes that reads or refuses by rules of Python: all on SQLite, each n-th on PostgreSQL."""
    return examples[::one_of] if connection.vendor == "postgresql" else examples
