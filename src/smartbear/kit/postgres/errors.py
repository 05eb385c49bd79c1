"""Why the embedded PostgreSQL does not run, and what to do about it.

Unavailable 503
└─ PostgresUnavailable
   ├─ DiskFull            ├─ OtherMajorVersion   ├─ PortTaken
   ├─ FolderUnreachable   ├─ OtherOwner          ├─ StartFailed
   ├─ UnknownAccount      └─ ProgramsMissing     └─ StopFailed
"""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smartbear.kit.errors import Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)
_UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
_FAULT = re.compile(r"FATAL|PANIC|\berror:")
_LEAST_FREE = (
    32 * 1024 * 1024
)  # bytes; a start writes one WAL segment of 16 MB, its lock file and a checkpoint


class PostgresUnavailable(Unavailable):
    """The database is not running. Nothing was stored."""

    code = "database_unavailable"


class DiskFull(PostgresUnavailable):
    """The disk of the database is full. Free some space and start again; nothing acknowledged is lost."""

    code = "database_disk_full"


class FolderUnreachable(PostgresUnavailable):
    """The database's folder cannot be used. Set SMARTBEAR_HOME to a folder that its account can enter."""

    code = "database_folder_unreachable"


class UnknownAccount(PostgresUnavailable):
    """PostgreSQL does not run as root and found no other account. Add one: useradd --system smartbear."""

    code = "database_account_unknown"


class OtherOwner(PostgresUnavailable):
    """The database belongs to another user. Run as that user, or choose another SMARTBEAR_HOME."""

    code = "database_owner"


class OtherMajorVersion(PostgresUnavailable):
    """The database was written by another major version of PostgreSQL. Load a dump into a new folder."""

    code = "database_version"


class ProgramsMissing(PostgresUnavailable):
    """PostgreSQL is not installed. Install the requirements again, or set SMARTBEAR_DATABASE_URL."""

    code = "database_programs_missing"


class PortTaken(PostgresUnavailable):
    """Another program listens on the database's port. End that program, or choose another port."""

    code = "database_port_taken"


class StartFailed(PostgresUnavailable):
    """PostgreSQL did not start. Its log under SMARTBEAR_HOME says why."""

    code = "database_start_failed"


class StopFailed(PostgresUnavailable):
    """PostgreSQL did not stop when asked. Its log under SMARTBEAR_HOME says why."""

    code = "database_stop_failed"


def explain(folder: Path, said: str) -> PostgresUnavailable:
    """The narrowest error for a program that failed over ``folder``, from what it ``said`` in English."""
    lines = [line for line in said.splitlines() if line.strip()]
    fault = ([line for line in lines if _FAULT.search(line)] or lines or ["nothing"])[-1]
    if shutil.disk_usage(folder).free < _LEAST_FREE or "No space left on device" in fault:
        return _disk_full(folder)
    if "Permission denied" in fault:
        return _unreachable(folder, fault)
    return StartFailed(f"PostgreSQL did not start. It said: {fault}. More is in {folder / 'log'}.")


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Map what the operating system refuses while files under ``folder`` are written into the family."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _disk_full(folder) from error
        if error.errno in _UNUSABLE:
            raise _unreachable(folder, str(error)) from error
        raise


def _disk_full(folder: Path) -> DiskFull:
    return DiskFull(
        f"The disk of {folder} is full. Free some space and start again; nothing acknowledged is lost."
    )


def _unreachable(folder: Path, reason: str) -> FolderUnreachable:
    return FolderUnreachable(
        f"The database's account cannot use {folder} ({reason}). Set SMARTBEAR_HOME to a folder that it can "
        "enter, for example /var/lib/smartbear; a folder under /root is not one."
    )
