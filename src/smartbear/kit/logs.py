"""Structured logs: one JSON object a line, an event name and fields from a closed list.

What is not on the list does not reach a log, whoever passes it: no value a participant or a caller sent can
leak by way of a careless line. Tracebacks keep file, line and function, never the message of the exception,
which may quote input.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson

ALLOWED = frozenset(
    {
        "attempts",
        "bytes",
        "channel",
        "client",
        "code",
        "component",
        "components",
        "count",
        "duration_ms",
        "episode",
        "error_type",
        "interaction",
        "job",
        "kind",
        "method",
        "notice",
        "path",
        "pid",
        "port",
        "queue",
        "reason",
        "request_id",
        "resource_type",
        "role",
        "route",
        "rule",
        "signal",
        "state",
        "status",
        "task",
        "version",
        "witness",
    }
)
_ROOT = "smartbear"


class Log:
    """Writes events of one component."""

    def __init__(self, component: str) -> None:
        self._logger = logging.getLogger(f"{_ROOT}.{component}")

    def debug(self, event: str, **fields: Any) -> None:
        """Detail for a developer."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """Something an operator may want to count."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something went wrong and was dealt with."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, *, exc_info: BaseException | None = None, **fields: Any) -> None:
        """Something went wrong that a person should look at."""
        self._write(logging.ERROR, event, fields, exc_info)

    def _write(
        self, level: int, event: str, fields: dict[str, Any], error: BaseException | None = None
    ) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"fields": fields}, exc_info=error)


def get(component: str) -> Log:
    """The log of a component."""
    return Log(component)


class JsonFormatter(logging.Formatter):
    """Renders a record; records of libraries lose their text, which may quote input."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        ours = record.name.startswith(f"{_ROOT}.")
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix(f"{_ROOT}."),
            "event": record.msg if ours else _place(record),
        }
        fields = getattr(record, "fields", {})
        line.update({name: value for name, value in fields.items() if name in ALLOWED})
        if record.exc_info and record.exc_info[0]:
            line["error_type"] = record.exc_info[0].__name__
            line["trace"] = _frames(record.exc_info[2])
        return orjson.dumps(line, default=str).decode()


def _place(record: logging.LogRecord) -> str:
    return f"{record.module}:{record.lineno}"


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def configure(level: str) -> None:
    """Send every log of the process to standard error, ours from ``level``, libraries' from warning."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(_ROOT).setLevel(level.upper())
