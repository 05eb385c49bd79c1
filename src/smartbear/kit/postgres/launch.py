"""From a cluster on the disk to a postmaster that accepts connections."""

import subprocess
import threading
import time
from pathlib import Path

from smartbear.kit.postgres import ports, processes, programs
from smartbear.kit.postgres.account import Account
from smartbear.kit.postgres.cluster import Cluster
from smartbear.kit.postgres.errors import PostgresUnavailable, StartFailed, explain
from smartbear.kit.postgres.preparation import prepare
from smartbear.kit.postgres.processes import Postmaster

_PATIENCE = 120.0  # seconds; replaying the 1 GB of WAL that may lie between two checkpoints takes less
_POLL = 0.01  # seconds
_SAID = 4096  # bytes of a log's end that are looked at for the reason of a failure


def running(cluster: Cluster, account: Account, *, port: int | None, alone: bool) -> Postmaster:
    """The server of ``cluster``, adopted when it runs and launched when it does not.

    Only while the transition lock is held. ``port`` is for a launch; ``alone``: nobody else has the last URL.
    """
    child: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = processes.postmaster(cluster.data)
        if found and found.ready:
            cluster.record_port(found.port)
            return found
        if found is None and child is None and processes.clear_orphans(cluster.data):
            child = _launch(cluster, account, ports.choose(port, cluster.recorded_port(), alone=alone))
        elif child and child.poll() is not None:
            raise _failure(cluster)
        time.sleep(_POLL)
    raise StartFailed(
        f"PostgreSQL still recovers after {_PATIENCE:.0f} s. Start again later: it goes on by itself."
    )


def _launch(cluster: Cluster, account: Account, port: int) -> subprocess.Popen[bytes]:
    """A postmaster that outlives us and Ctrl-C in our terminal, and is reaped when it ends before us."""
    command: list[str | Path] = [prepare(cluster, account) / "postgres", "-D", cluster.data, "-p", str(port)]
    with _start_log(cluster).open("wb") as said:
        child = subprocess.Popen(  # noqa: S603 - a program of our own wheel, no shell
            [*command, "-c", f"config_file={cluster.configuration}"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=cluster.data,  # from its first instruction on it can be recognised as the cluster's
            env=programs.ENVIRONMENT,
            start_new_session=True,
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
        )
    threading.Thread(target=child.wait, name="postgres-reaper", daemon=True).start()
    return child


def _failure(cluster: Cluster) -> PostgresUnavailable:
    said = _end(_start_log(cluster))
    if "logging collector" in said:  # from there on it spoke to its log
        said = _end(max(cluster.log.glob("*.log"), key=lambda path: path.stat().st_mtime))
    return explain(cluster.folder, said)


def _end(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _SAID))
        return file.read().decode(errors="replace")


def _start_log(cluster: Cluster) -> Path:
    return cluster.folder / "start.log"
