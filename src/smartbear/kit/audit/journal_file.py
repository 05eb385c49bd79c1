"""A journal's file: only grows, is locked while its process lives, and is removed once it is carried."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

_SUFFIX = ".journal"


class JournalFile:
    """An open and locked file."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor
        self.size = self.carried = 0
        self.is_torn = False
        """Whether a write has failed half way: nothing more may follow."""

    @classmethod
    def made(cls, folder: Path, component: str) -> "JournalFile":
        """A new file that nobody else can take for left behind. OSError if there can be none."""
        while True:
            path = folder / f"{component}-{secrets.token_hex(8)}{_SUFFIX}"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            if _locked(descriptor):
                return cls(path, descriptor)
            os.close(descriptor)  # somebody who looks for files left behind was faster

    @property
    def name(self) -> str:
        """What the database knows it as."""
        return self.path.stem

    @property
    def is_done(self) -> bool:
        """Whether everything in it is in the database."""
        return self.carried >= self.size

    def add(self, frame: bytes) -> None:
        """Put a frame at the end. OSError if it is not there as a whole, and the file takes no more."""
        self.is_torn = True
        if os.write(self._descriptor, frame) != len(frame):
            raise OSError("the disk is full")
        self.size += len(frame)
        self.is_torn = False

    def remove(self) -> None:
        """Delete and close it."""
        self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of it; what is in it is for the next process."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def orphans(folder: Path, component: str) -> list[JournalFile]:
    """Files whose process has died, locked for us."""
    return list(_orphans(folder, component))


def _orphans(folder: Path, component: str) -> Iterator[JournalFile]:
    for path in sorted(folder.glob(f"{component}-*{_SUFFIX}")):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # its process has just removed it
            continue
        if _locked(descriptor):
            yield JournalFile(path, descriptor)
        else:
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Whether the file is ours now, and still there."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(descriptor).st_nlink > 0
