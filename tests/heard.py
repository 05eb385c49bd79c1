"""Hearing what is logged, as it would be written."""

import logging

from smartbear.kit.logs import JsonFormatter

CANARY = "canary"
"""The word by which tests know what nobody may be told."""


class Lines(logging.Handler):
    """Every line that is logged while it listens."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


class Canaries(Lines):
    """Those alone in which a canary is."""

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if CANARY in line.lower():
            self.written.append(line)
