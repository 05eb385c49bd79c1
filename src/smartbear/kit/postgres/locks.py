"""Who uses the server, and who starts or stops it: locks that the kernel releases when a process dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def transition(folder: Path) -> Iterator[None]:
    """Be the only one who starts, joins, leaves or stops the server of ``folder``; waits for others."""
    with _opened(folder / "lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Membership:
    """One user of the server, from construction to ``leave``. Join, ask and leave inside a ``transition``."""

    def __init__(self, folder: Path) -> None:
        self._file = _opened(folder / "users")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def alone(self) -> bool:
        """Whether nobody else uses the server."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            fcntl.flock(self._file, fcntl.LOCK_SH)  # a refused change may have dropped the lock we had
        return True

    def leave(self) -> None:
        """Use the server no longer, on behalf of forked children too."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._file.close()


def _opened(path: Path) -> BinaryIO:
    path.touch(mode=0o600)  # whoever can open it can hold it
    return path.open("ab")
