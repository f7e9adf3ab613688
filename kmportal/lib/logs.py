"""Formatters and filters of the log."""

import logging

from django.db import InterfaceError, OperationalError

from kmportal.lib.disk import is_disk_full


class OneLineFormatter(logging.Formatter):
    """The message alone and in one line, whatever was raised: for what anybody can cause as often as they like."""

    def format(self, record: logging.LogRecord) -> str:
        bare = logging.makeLogRecord({**vars(record), "exc_info": None, "exc_text": None, "stack_info": None})
        return " ".join(super().format(bare).split())[:500]


def shorten_outages(record: logging.LogRecord) -> bool:
    """Filter: a full disk or a database that is away says so in one line for each request or piece of work. Where in
    our code it was met helps nobody, and a log that grows by pages takes the last room."""
    error = record.exc_info[1] if record.exc_info else None
    if is_disk_full(error) or isinstance(error, OperationalError | InterfaceError):
        said = " ".join(str(error).split())[:200]
        record.msg, record.args = f"{record.getMessage()} ({said})", ()
        record.exc_info = record.exc_text = None
    return True
