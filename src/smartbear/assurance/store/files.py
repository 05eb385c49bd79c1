"""The witness that needs nobody: checkpoints in files that only grow, a file a day, each on the disk at once.

A line is a note as JSON text. Whoever can change the database cannot change these files, if the folder is on
another machine or belongs to another account.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import orjson

_TAIL = 1 << 16  # bytes; a line has some 300, and a witness's signature 150 more
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.jsonl")


class Files:
    """The files of one log in a folder, which is made when there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def notes(self, until: str | None) -> Iterator[str]:
        """Every note up to this one, the oldest first; empty for a line that is none.

        A line cut short by a crash was never acknowledged.
        """
        for path in self._days() if until is not None else ():
            with path.open("rb") as file:
                for line in (each for each in file if each.endswith(b"\n")):
                    note = _note(line)
                    yield note
                    if note == until:
                        return

    def last(self) -> str | None:
        """The newest note; empty if the line is none, None if there is no line."""
        for path in reversed(self._days()):
            with path.open("rb") as file:
                lines = _end(file.fileno()).rpartition(b"\n")[0].splitlines()
            if lines:
                return _note(lines[-1])
        return None

    def append(self, note: str, day: date) -> None:
        """Add a note; it is on the disk when this returns."""
        path = self._folder / f"{day.isoformat()}.jsonl"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            _end_line(file.fileno())
            file.write(orjson.dumps(note) + b"\n")
            file.flush()
            os.fsync(descriptor)
        self._keep_entry()

    def _keep_entry(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _days(self) -> list[Path]:
        found = self._folder.glob("*.jsonl") if self._folder.is_dir() else ()
        return sorted(path for path in found if _DAY.fullmatch(path.name))


def _note(line: bytes) -> str:
    try:
        note = orjson.loads(line)
    except orjson.JSONDecodeError:
        return ""
    return note if isinstance(note, str) else ""


def _end(descriptor: int) -> bytes:
    """The last lines of a file."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, _TAIL, max(0, size - _TAIL))


def _end_line(descriptor: int) -> None:
    """Cut off what a crash left of an unfinished line."""
    unfinished = len(_end(descriptor).rpartition(b"\n")[2])
    if unfinished:
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - unfinished)
