"""Formatters and filters of the log."""

import logging
import re
from types import TracebackType

from django.db import InterfaceError, OperationalError

from kmportal.lib.disk import is_disk_full

# A part of an address with which something opens: the code of whoever answers, a link of a mail, a feed, a receipt; and
# what a browser has called a note. Names in addresses have no capitals, and numbers are shorter.
KEY = re.compile(r"(?<=/)(?=[^/\s]*[A-Z\d])[\w:=-]{16,}(?=\.(?:atom|ics)\b|[/\s?#'\",;)]|$)")
# PostgreSQL says in it what stood in the row.
DETAIL = re.compile(r"^DETAIL: .*?(?=^\s*(?:The above exception|During handling)|\Z)", re.MULTILINE | re.DOTALL)
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlainFormatter(logging.Formatter):
    """Redaction: no line of the log holds a key of an address or the words of a row. A line has its moment, and would
    say when somebody answered, or open their answers."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return KEY.sub("…", super().formatMessage(record))

    def formatException(self, ei: Raised) -> str:
        return DETAIL.sub("DETAIL: left out\n", super().formatException(ei))


class OneLineFormatter(PlainFormatter):
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
