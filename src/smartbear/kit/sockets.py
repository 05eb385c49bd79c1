"""Addresses of unix sockets: they have 100 bytes, and the path of a data directory has more."""

import os
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
