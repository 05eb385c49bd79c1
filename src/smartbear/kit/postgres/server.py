"""A running server and how to join and leave it."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from smartbear.kit import logs
from smartbear.kit.errors import PlatformError
from smartbear.kit.postgres import account, cluster, launch, locks, processes
from smartbear.kit.postgres.account import Account
from smartbear.kit.postgres.cluster import Cluster
from smartbear.kit.postgres.errors import explained
from smartbear.kit.postgres.ports import LOOPBACK

log = logs.get("postgres")

_WATCH = 0.25  # seconds between two looks of the watcher
_LONGEST_PAUSE = 5.0  # seconds between two attempts at a server that does not start; doubles up to this


class Server:
    """Our use of the embedded server, from ``start`` to ``stop``; also a context manager.

    ``url`` holds the password and is for asyncpg and psycopg, not for logs.
    """

    def __init__(self, ours: Cluster, runner: Account, membership: locks.Membership, port: int) -> None:
        self.port = port
        self.url = f"postgresql://{cluster.NAME}:{ours.password()}@{LOOPBACK}:{port}/{cluster.NAME}"
        self._cluster = ours
        self._account = runner
        self._membership: locks.Membership | None = membership
        self._leaving = threading.Event()
        self._watcher: threading.Thread | None = None

    def supervise(self) -> None:
        """Restart PostgreSQL on the same port whenever it dies, from a thread of its own, until ``stop``."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="postgres-watcher", daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """Leave the server, and stop it if nobody else uses it. A second call does nothing."""
        self._leaving.set()
        if self._watcher:
            self._watcher.join()
        if self._membership is None:
            return
        with locks.transition(self._cluster.folder):
            membership, self._membership = self._membership, None
            try:
                if membership.alone():
                    processes.shut_down(self._cluster.data)
            finally:
                membership.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _watch(self) -> None:
        pause = _WATCH
        while not self._leaving.wait(pause):
            lives = processes.postmaster(self._cluster.data) or self._restarted()
            pause = _WATCH if lives else min(2 * pause, _LONGEST_PAUSE)

    def _restarted(self) -> bool:
        try:
            with explained(self._cluster.folder), locks.transition(self._cluster.folder):
                launch.running(self._cluster, self._account, port=self.port, alone=False)
        except PlatformError as error:
            log.error("postgres_down", code=error.code, reason=error.detail)  # noqa: TRY400 - it is expected
            return False
        log.warning("postgres_restarted", port=self.port)
        return True


def start(home: Path, *, port: int | None = None) -> Server:
    """Join the server of the data directory ``home``, creating or starting it; blocks until it is ready.

    ``port`` counts when the server does not run yet; without it the last port is used again if it is free.
    Raises ``PostgresUnavailable`` in one of its kinds, each saying what to do.
    """
    with explained(home):
        ours = cluster.open_cluster(home)
        runner = account.choose(ours.folder.parent, ours.data)
        with locks.transition(ours.folder):
            membership = locks.Membership(ours.folder)
            try:
                found = launch.running(ours, runner, port=port, alone=membership.alone())
                return Server(ours, runner, membership, found.port)
            except BaseException:
                membership.leave()
                raise
