"""One cluster: where its files are and what is remembered about it."""

import os
from dataclasses import dataclass
from pathlib import Path

from smartbear.kit.postgres import place
from smartbear.kit.postgres.errors import StartFailed

NAME = "smartbear"
"""The superuser and the database of every cluster."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The folder ``home/postgres``, an absolute path without symbolic links."""

    folder: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the running server writes its log."""
        return self.folder / "log"

    @property
    def configuration(self) -> Path:
        """Our settings; outside ``data``, so that the server's account cannot change them."""
        return self.folder / "postgresql.conf"

    @property
    def password_file(self) -> Path:
        """Holds the superuser's password and nothing else; absent until one is set."""
        return self.folder / "password"

    def password(self) -> str:
        """The superuser's password; safe in a URL."""
        try:
            return self.password_file.read_text()
        except FileNotFoundError:
            raise StartFailed(
                f"{self.password_file} is gone while the server runs. Stop all of the platform's processes "
                "and start again: a new password is set then."
            ) from None

    def recorded_port(self) -> int | None:
        """The port of the last start, if there was one."""
        path = self.folder / "port"
        return int(path.read_text()) if path.exists() else None

    def record_port(self, port: int) -> None:
        """Keep ``port`` for the next start."""
        if port != self.recorded_port():
            keep(self.folder / "port", str(port))


def open_cluster(home: Path) -> Cluster:
    """The cluster under ``home``; makes the folders. Root's may be passed, not listed, by PostgreSQL."""
    folder = place.folder_of(home)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        for path in (folder.parent, folder):
            path.chmod(path.stat().st_mode | 0o001)
    return Cluster(folder)


def keep(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a small file so that a crash or a full disk leaves the old one or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.chmod(mode)
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in ``folder`` as durable as the files they belong to."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
