"""The log of a process that nobody sits before: a line for each event on stderr, plain or JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from scanner.cli.options import clean
from scanner.cli.phrasebook import told

_OURS = ("client",)
"""What an event may carry besides its message."""


@contextmanager
def logging_as(kind: str) -> Iterator[None]:
    """Write what is logged as `text` or `json`, until the end of the block, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson() if kind == "json" else _AsText())
    root, ours = logging.getLogger(), logging.getLogger("scanner")
    handlers, level = list(root.handlers), ours.level
    root.handlers = [handler]
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.handlers = handlers
        ours.setLevel(level)


class _AsText(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = f"{_moment(record):%Y-%m-%d %H:%M:%S}"
        return clean(f"{at} {record.levelname.lower():<7} {told(_message(record))}")


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "source": record.name,
            "event": _message(record),
            **{name: getattr(record, name) for name in _OURS if hasattr(record, name)},
        }
        if record.exc_info:
            event["trace"] = logging.Formatter().formatException(record.exc_info)
        return json.dumps(event)  # ASCII: a foreign title writes nothing into a terminal


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _message(record: logging.LogRecord) -> str:
    return record.getMessage()
