"""Files to load: found in folders, opened whatever their compression, read as documents.

A document is one JSON object: a whole file, or a line of NDJSON. Reading stops at damage; what came before a
damaged line of NDJSON is still good, a damaged Bundle is not.
"""

import bz2
import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from smartbear.kit.errors import BadInput

_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open}
_KINDS = {".json": False, ".ndjson": True}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load."""

    path: Path
    lines: bool
    """Whether each line is a document of its own (NDJSON)."""

    def digest(self) -> str:
        """SHA-256 of the file as it lies on disk: what a resumed load knows it by."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def documents(self) -> Iterator[tuple[int, bytes]]:
        """Line number (0 for a whole file) and bytes of each document; BadInput where the file is damaged."""
        try:
            with self._open() as file:
                if not self.lines:
                    yield 0, file.read()
                    return
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield number, line
        except (EOFError, OSError) as error:
            raise BadInput(f"The file is damaged or incomplete ({type(error).__name__}).") from None

    def _open(self) -> IO[bytes]:
        opener = _OPENERS.get(self.path.suffix)
        return cast("IO[bytes]", opener(self.path, "rb")) if opener else self.path.open("rb")


def find(paths: Sequence[Path]) -> list[Source]:
    """Files named, and those in folders named, by name; BadInput for one that is not there."""
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            inside = (_source(each) for each in sorted(path.rglob("*")) if each.is_file())
            found += [source for source in inside if source]
        elif path.is_file():
            found.append(_source(path) or Source(path, lines=False))
        else:
            raise BadInput(f"There is no file or folder {path}.")
    return found


def _source(path: Path) -> Source | None:
    name = path.with_suffix("") if path.suffix in _OPENERS else path
    lines = _KINDS.get(name.suffix)
    return None if lines is None else Source(path, lines=lines)
