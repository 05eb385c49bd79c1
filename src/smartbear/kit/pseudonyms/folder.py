"""The folder of the keys: ``root.key`` and ``spaces.json``, readable by their owner alone."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from smartbear.kit.errors import PlatformError
from smartbear.kit.pseudonyms.spaces import Spaces

_ROOT_BYTES = 64
_OF_OTHERS = 0o077


class KeysExposed(PlatformError):
    """Others can read the keys of the pseudonyms: chmod 700 their folder and 600 the files in it."""

    code = "keys_exposed"


class Folder:
    """What is written appears as a whole or not at all, and is on the disk before it is used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root, self._spaces = path / "root.key", path / "spaces.json"

    def root(self) -> bytes:
        """The root key, made when there is none; KeysExposed if others could read it."""
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            if not self._root.exists():
                self._replace(self._root, secrets.token_bytes(_ROOT_BYTES))
        for path in (self._path, self._root):
            if stat.S_IMODE(path.stat().st_mode) & _OF_OTHERS:
                raise KeysExposed
        return self._root.read_bytes()

    def version(self) -> tuple[int, int]:
        """Changes whenever the spaces do."""
        try:
            found = self._spaces.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_mtime_ns, found.st_ino

    def spaces(self) -> Spaces:
        """All spaces by name."""
        try:
            content = self._spaces.read_bytes()
        except FileNotFoundError:
            return {}
        return msgspec.json.decode(content, type=Spaces)

    def change(self, how: Callable[[Spaces], Spaces]) -> Spaces:
        """Save what ``how`` makes of the spaces, one change after another, and return it."""
        self.root()
        with self._locked():
            spaces = how(self.spaces())
            self._replace(self._spaces, msgspec.json.format(msgspec.json.encode(spaces)))
        return spaces

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @staticmethod
    def _replace(path: Path, content: bytes) -> None:
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
