"""The broker in a folder (kombu’s file system transport), without its fault of believing every file.

A process that is killed while it writes leaves an empty or half a message behind, and kombu’s reader then ends the
whole worker. Messages only wake, so one that cannot be read is one that was lost.
"""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Named by ``Transport``."""

    def _put(self, *args: Any, **options: Any) -> None:
        """Queue and message. Written beside and renamed: nobody meets half a message."""
        queue, message = args
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        target, unfinished = Path(self.data_folder_out, name), Path(self.data_folder_out, f".{name}.new")
        unfinished.write_text(dumps(message))
        unfinished.rename(target)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # it is taken out of the folder before it is read
                continue

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Which queues there are stands in a file, too; half a one is written anew."""
        try:
            super()._queue_bind(exchange, routing_key, pattern, queue)
        except ValueError:
            self._exchange_file(exchange).unlink(missing_ok=True)
            super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    """Registered by the settings as ``folder://``."""

    Channel = Channel
