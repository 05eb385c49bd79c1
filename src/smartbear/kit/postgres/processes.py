"""Which PostgreSQL processes serve a cluster, as the kernel knows it.

A process is one of the cluster's when it is called ``postgres`` and its working directory is the data
directory, where PostgreSQL keeps it for life. So neither a stale pid file nor a pid that somebody else has
got since deceives us, and a zombie, which has no working directory any more, is not taken for alive.
"""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from smartbear.kit.postgres.errors import StartFailed, StopFailed

_PROC = Path("/proc")
_PORT_LINE, _STATUS_LINE = 3, 7  # of postmaster.pid, see src/include/utils/pidfile.h of PostgreSQL
_POLL = 0.01  # seconds
_ORPHANS_LEAVE = 0.5  # seconds; an idle backend notices at once that its postmaster is gone
_FAST_STOP = 30.0  # seconds a shutdown checkpoint may take
_KILLED = 10.0  # seconds until the kernel has taken down processes that were killed


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live postmaster; ``ready`` when it accepts connections on ``port``."""

    pid: int
    port: int
    ready: bool


def postmaster(data: Path) -> Postmaster | None:
    """The postmaster of ``data``, or None when none lives or it has not said so yet."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[_PORT_LINE])
    except (FileNotFoundError, ValueError, IndexError):  # absent, or being written
        return None
    if not _serves(_PROC / str(pid), data):
        return None
    return Postmaster(pid, port, ready=[line.strip() for line in lines[_STATUS_LINE:]] == ["ready"])


def members(data: Path) -> list[int]:
    """The ids of every live process of the cluster: the postmaster and its children, orphaned or not."""
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit() and _serves(entry, data)]


def clear_orphans(data: Path) -> bool:
    """Wait for what a killed postmaster left behind, and kill what stays: it would keep a new server out.

    False when a live postmaster turned up, that had only not written its pid file yet.
    """
    if _gone(data, within=_ORPHANS_LEAVE):
        return True
    if postmaster(data):
        return False
    for pid in members(data):
        _signal(pid, signal.SIGKILL)
    if not _gone(data, within=_KILLED):
        raise StartFailed(f"Processes of an earlier PostgreSQL on {data} do not end. Restart the machine.")
    return True


def shut_down(data: Path) -> None:
    """Stop the server: in order, or at once when that takes too long; the next start then recovers."""
    running = postmaster(data)
    while running is None:
        if clear_orphans(data):
            return
        running = postmaster(data)
    for request, patience in ((signal.SIGINT, _FAST_STOP), (signal.SIGQUIT, _KILLED)):
        _signal(running.pid, request)
        if _gone(data, within=patience):
            return
    raise StopFailed(f"PostgreSQL (process {running.pid}) did not stop. Its log is in {data.parent / 'log'}.")


def _serves(process: Path, data: Path) -> bool:
    try:
        return (process / "cwd").readlink() == data and (process / "comm").read_text() == "postgres\n"
    except OSError:  # it has ended, or belongs to somebody else
        return False


def _gone(data: Path, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while members(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it was quicker
