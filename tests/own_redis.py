"""A database of its own on Redis for each process of the tests.

Clearing the cache clears all of a Redis database: with one for all, a test would take the messages of another’s worker
and the counts of another’s brake.
"""

import os

from django.conf import settings


def take() -> None:
    """For this process and those that it starts, before anybody has asked the cache or the broker for anything."""
    socket = settings.REDIS_URL.partition("?")[0]
    if not socket.startswith("unix://"):
        return
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    settings.REDIS_URL = os.environ["REDIS_URL"] = f"{socket}?db={number}"
    settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL
    for_celery = settings.REDIS_URL.replace("?db", "?virtual_host")
    settings.CELERY_BROKER_URL = for_celery.replace("unix://", "redis+socket://")
