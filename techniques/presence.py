"""Presence: whose screen is in a room just now. Kept in the cache for a minute and nowhere else.

A stream, or a browser that polls, says so every few seconds. No row is written, so nothing of it can be laid beside
what somebody wrote.
"""

from collections.abc import Iterable

from django.core.cache import cache

# Longer than the time between two checks of a stream, so that a short break of the line is no absence.
SECONDS = 45


def mark_here(session_pk: int, participant_pk: int) -> None:
    """Their screen is open now."""
    cache.set(_key(session_pk, participant_pk), 1, timeout=SECONDS)


def who_is_here(session_pk: int, participants: Iterable[int]) -> set[int]:
    """Those whose screen is open."""
    keys = {_key(session_pk, pk): pk for pk in participants}
    return {keys[key] for key in cache.get_many(list(keys))}


def _key(session_pk: int, participant_pk: int) -> str:
    return f"techniques.here.{session_pk}.{participant_pk}"
