"""Cache backend: Redis, and while it is away the memory of this process. Named in the setting CACHES.

What the portal keeps there are counts of brakes alone. Nobody should wait for them, let alone be kept out: while Redis
does not answer, each process counts for itself, and ``/healthz`` says so.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# How long Redis is left alone after it has not answered: or else each count of each request would wait for it.
PAUSE_SECONDS = 5.0
_away_until: dict[str, float] = {}  # by the address of the server, for all threads of the process


class FallbackCache(BaseCache):
    """Redis with a fallback: the same calls, and none of them raises because the server is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._server = str(server)
        self._redis = RedisCache(server, dict(params))
        self._memory = LocMemCache(f"instead of {server}", {key: params[key] for key in params if key != "OPTIONS"})

    def _call(self, name: str, *args: Any, **options: Any) -> Any:
        if time.monotonic() >= _away_until.get(self._server, 0.0):
            try:
                found = getattr(self._redis, name)(*args, **options)
            except (RedisError, OSError) as error:
                self._note_that_it_is_away(error)
            else:
                if _away_until.pop(self._server, None) is not None:
                    logger.warning("Redis answers again: brakes count for all processes together.")
                return found
        return getattr(self._memory, name)(*args, **options)

    def _note_that_it_is_away(self, error: Exception) -> None:
        """One line when it goes, and none for each request until it is back."""
        if self._server not in _away_until:
            logger.warning(
                "Redis does not answer (%s): each process counts its brakes for itself.", type(error).__name__
            )
        _away_until[self._server] = time.monotonic() + PAUSE_SECONDS

    def is_whole(self) -> bool:
        """Whether the server answers now, or a moment ago did not."""
        self.get("kmportal.health")
        return self._server not in _away_until

    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self._call("add", *args, **options))

    def get(self, *args: Any, **options: Any) -> Any:
        return self._call("get", *args, **options)

    def set(self, *args: Any, **options: Any) -> None:
        self._call("set", *args, **options)

    def touch(self, *args: Any, **options: Any) -> bool:
        return bool(self._call("touch", *args, **options))

    def delete(self, *args: Any, **options: Any) -> bool:
        return bool(self._call("delete", *args, **options))

    def get_many(self, *args: Any, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._call("get_many", *args, **options)
        return found

    def set_many(self, *args: Any, **options: Any) -> list[str]:
        return list(self._call("set_many", *args, **options))

    def delete_many(self, *args: Any, **options: Any) -> None:
        self._call("delete_many", *args, **options)

    def has_key(self, *args: Any, **options: Any) -> bool:
        return bool(self._call("has_key", *args, **options))

    def incr(self, *args: Any, **options: Any) -> int:
        return int(self._call("incr", *args, **options))

    def clear(self) -> None:
        self._call("clear")
        self._memory.clear()


def is_cache_whole() -> bool:
    """Whether the brakes count for all processes together, as set up. Without Redis there is only memory: yes."""
    cache = caches["default"]
    return cache.is_whole() if isinstance(cache, FallbackCache) else True


def is_cache_shared() -> bool:
    """Whether what one web process writes there is read by all. With SQLite there is one of them."""
    return settings.IS_SQLITE or (isinstance(caches["default"], FallbackCache) and is_cache_whole())
