"""The record of re-identifications: who asked, who agreed, why. What is not recorded does not happen.

``Record`` is the port. ``Journal`` keeps the record beside the keys: a line for each event, which holds the
digest of the line before, so that a line that is changed or missing shows.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from smartbear.kit.errors import PlatformError


class BrokenRecord(PlatformError):
    """The record of re-identifications has been changed: a line does not follow the one before it."""

    code = "broken_record"


class Event(msgspec.Struct, frozen=True):
    """One step of a re-identification, before it is answered. It names the token, never who it is."""

    at: datetime
    step: Literal["asked", "agreed"]
    space: str
    kind: str
    token: str
    reason: str
    asked_by: str
    agreed_by: str = ""


Record = Callable[[Event], None]
"""Keeps an event for good before it returns, or raises; then nothing is answered."""


class _Line(msgspec.Struct, frozen=True):
    after: str
    event: Event


class Journal:
    """A file that only grows."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: Event) -> None:
        """Add an event; it is on the disk when this returns."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            lines = file.read().splitlines()
            line = _Line(_digest(lines[-1]) if lines else "", event)
            file.write(msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(descriptor)

    def events(self) -> list[Event]:
        """Everything recorded, the oldest first; BrokenRecord if a line does not follow the one before it."""
        before, found = "", []
        for line in self._path.read_bytes().splitlines() if self._path.exists() else ():
            try:
                read = msgspec.json.decode(line, type=_Line)
            except msgspec.MsgspecError:
                raise BrokenRecord from None
            if read.after != before:
                raise BrokenRecord
            before = _digest(line)
            found.append(read.event)
        return found


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
