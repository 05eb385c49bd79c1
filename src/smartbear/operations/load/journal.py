"""Which files, and which lines of NDJSON files, have been loaded: read by a load that was interrupted."""

import os
from collections.abc import Iterable
from pathlib import Path


class Journal:
    """Append-only lines of ``<sha-256> <last line, or «all»>`` under the data directory.

    A line is written after the repository has answered. If the machine stops in between, the same requests
    are sent again and meet their own results.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="ascii")
        self._done = dict(_entries(path.read_text(encoding="ascii").splitlines()))

    def is_finished(self, digest: str) -> bool:
        """Whether all of a file has been loaded."""
        return self._done.get(digest) == "all"

    def lines_done(self, digest: str) -> int:
        """The last line of an NDJSON file known to be loaded."""
        done = self._done.get(digest, "0")
        return int(done) if done.isdigit() else 0

    def note(self, digest: str, done: str) -> None:
        """Record progress, on disk before this returns."""
        self._done[digest] = done
        self._file.write(f"{digest} {done}\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _entries(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        digest, _, done = line.partition(" ")
        if done:  # a line cut off by a crash has no second word
            yield digest, done
