"""LISTEN and NOTIFY: on PostgreSQL a commit in one process wakes the hubs of all others, on whatever machine.

``announce`` goes with the transaction of a change, and is told when that commits, or never. A ``Doorbell`` listens for
one hub, on a connection of its own, and only while somebody listens to the hub. It hurries and carries nothing: what is
new stands in the logs, and they are asked now and then anyway (docs/decisions/0011). A pooler that lends a connection
for one transaction loses the line without a word.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.utils import InterfaceError

logger = logging.getLogger(__name__)
CHANNEL = "kmportal_live"
# After the line is lost.
AGAIN_SECONDS = 5.0


def announce() -> None:
    """NOTIFY: with the commit of the transaction at hand, once. Other engines have nothing of the kind."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, _name_of(os.getpid())])


@cache
def _name_of(process: int) -> str:
    """Of this process and no other: a child that was forked has another number, and so another name."""
    return secrets.token_hex(8)


def make() -> "Doorbell | None":
    """Where the database has such a thing."""
    return Doorbell() if connection.vendor == "postgresql" else None


class Doorbell:
    """``is_open``: whether a commit elsewhere would be heard just now."""

    def __init__(self) -> None:
        self.is_open = False

    async def answer(self, ring: Callable[[], None], run: Callable[..., Awaitable[Any]]) -> None:
        """Ring whenever another process has announced something, until cancelled. ``run`` calls a function in a thread
        that may use the database."""
        while True:
            try:
                line = await run(_open_line)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("Nobody listens for commits of other processes: %s", error)
            else:
                try:
                    self.is_open = True
                    ring()  # for what was announced before the line was open
                    logger.warning("Commits of other processes are not heard: %s", await _wait_for_loss(line, ring))
                except Exception as error:  # the errors of the driver are not those of Django
                    logger.warning("Commits of other processes are not heard: %s", error)
                finally:
                    self.is_open = False
                    with suppress(Exception):
                        line.close()
            await asyncio.sleep(AGAIN_SECONDS)


def _open_line() -> Any:
    """A connection of the driver that listens, beside the one that this thread asks its questions on."""
    ours = connection.copy()
    ours.connect()
    ours.set_autocommit(True)
    with ours.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    return ours.connection


async def _wait_for_loss(line: Any, ring: Callable[[], None]) -> str:
    """Ring for each that others announced, until the line is lost; why it was."""
    loop = asyncio.get_running_loop()
    lost: asyncio.Future[str] = loop.create_future()
    own = _name_of(os.getpid())

    def read() -> None:
        try:
            line.poll()
        except Exception as error:
            if not lost.done():
                lost.set_result(str(error).strip())
            return
        if any(one.payload != own for one in line.notifies):
            ring()
        line.notifies.clear()

    number = line.fileno()
    loop.add_reader(number, read)
    try:
        return await lost
    finally:
        loop.remove_reader(number)
