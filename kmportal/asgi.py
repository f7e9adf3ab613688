"""One process for everything: live streams as raw ASGI, pages as WSGI in threads.

Pages cost less under WSGI and keep their database connections; a stream needs no thread of its own under ASGI.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmportal.settings")
PAGE_THREADS = 8

Message = MutableMapping[str, Any]
_django: Any = get_wsgi_application()
pages: Any = WSGIMiddleware(_django, workers=PAGE_THREADS)


@cache
def live() -> Any:
    """The streams’ application. Loaded at the first stream: it needs the apps, which the pages load."""
    return import_string("techniques.live.application")


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Streams under ``/live/`` do their own checking: no middleware stands before them."""
    if scope["type"] == "http" and scope["path"].startswith("/live/"):
        await live()(scope, receive, send)
    else:
        await pages(scope, receive, send)
