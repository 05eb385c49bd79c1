"""Unix sockets. Their addresses have 100 bytes, and the path of a data directory has more."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smartbear.kit.errors import PlatformError

_LONGEST = 100  # bytes of an address, with some room (sun_path has 104 to 108)
_DESCRIPTORS = Path("/proc/self/fd")


class SocketPathTooLong(PlatformError):
    """The path of a socket has more than 100 bytes: choose another place for it."""

    code = "socket_path_too_long"


@contextmanager
def address(path: Path) -> Iterator[str]:
    """An address of the socket at ``path``, good in this block: on Linux a long one is by descriptor."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    if not _DESCRIPTORS.exists() or len(os.fsencode(path.name)) > _LONGEST // 2:
        raise SocketPathTooLong
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield str(_DESCRIPTORS / str(folder) / path.name)
    finally:
        os.close(folder)


PRIVATE, SHARED = 0o177, 0o111
"""Masks: for processes of this account alone, or of whoever may pass the folder."""


@contextmanager
def listening(path: Path, mask: int = PRIVATE) -> Iterator[socket.socket]:
    """A listening socket at ``path`` while the block runs, in the place of one that was left behind."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.umask(mask)
        try:
            with address(path) as place:
                listener.bind(place)
        finally:
            os.umask(before)
        listener.listen()
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)
