"""Formatters and filters of the log."""

import logging
import re

from django.db import InterfaceError, OperationalError

from kmportal.lib.disk import is_disk_full

# A part of an address with which something opens: the code of whoever answers, a link of a mail, a feed, a receipt; and
# what a browser has called a note. Names in addresses have no capitals, and numbers are shorter. Where in our code
# something was raised, which is found first, stays as it is.
KEY = re.compile(r'^([ |]*File "[^"\n]*", line \d)|(?:(?<=/)|(?<=%2F))(?=[\w:=%-]*[A-Z\d])[\w:=%-]{16,}', re.MULTILINE)
# PostgreSQL says in these parts, and at the end of some first lines, what stood in the row or in the statement. The
# text of an error ends with them, so all goes that stands before the next error or the way to it.
QUOTED = re.compile(
    r"""(
      (?:^[ |]*|\\n)(?:DETAIL|LINE\ \d+|CONTEXT|QUERY):
    | (?:invalid\ input\ (?:syntax|value)\ for|field\ value\ out\ of\ range|malformed\ \w+\ literal|in\ tsquery)
      [^"\n]{0,100}:(?=\ ")
    | \bvalue(?=\ "[^\n]{0,1000}"\ is\ out\ of\ range)
    )
    .*?(?=\n(?:[ |]*\n)?[ |]*(?:The\ above\ exception|During\ handling|Traceback\ \(|Stack\ \()|\Z)""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def redact(text: str) -> str:
    """Without keys of addresses, and without what PostgreSQL quotes of a row or a statement."""
    return KEY.sub(lambda found: found[1] or "…", QUOTED.sub(r"\1 left out", text))


class PlainFormatter(logging.Formatter):
    """Redaction: no line of the log holds a key of an address, or what the database quotes of a row. A line has its
    moment, and would say when somebody answered, or open their answers."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


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
        said = " ".join(redact(str(error)).split())[:200]
        record.msg, record.args = f"{record.getMessage()} ({said})", ()
        record.exc_info = record.exc_text = None
    return True
