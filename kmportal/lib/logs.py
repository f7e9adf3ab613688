"""Formatters of the log."""

import logging


class OneLineFormatter(logging.Formatter):
    """The message alone and in one line, whatever was raised: for what anybody can cause as often as they like."""

    def format(self, record: logging.LogRecord) -> str:
        bare = logging.makeLogRecord({**vars(record), "exc_info": None, "exc_text": None, "stack_info": None})
        return " ".join(super().format(bare).split())[:500]
