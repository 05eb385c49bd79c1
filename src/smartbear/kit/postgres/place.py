"""Where root's cluster lies when PostgreSQL's account cannot enter the data directory.

A checkout below ``/root`` is the usual case: the folder is closed to everybody else, and PostgreSQL does not
run as root. The cluster then lies below ``/var/lib/smartbear``, and the data directory holds a symbolic link
to it, so that it is found from where people look for it.
"""

import os
import tempfile
from pathlib import Path

_MACHINE = Path("/var/lib/smartbear")
_ROOT = 0
_OTHERS_MAY_PASS = 0o001


def folder_of(home: Path) -> Path:
    """``home/postgres``, or where it leads to; an absolute path without symbolic links."""
    home = home.resolve()
    wanted = home / "postgres"
    if os.geteuid() == _ROOT and not wanted.exists() and not _enterable(home):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        _MACHINE.mkdir(parents=True, exist_ok=True, mode=0o711)
        target = Path(tempfile.mkdtemp(prefix="home-", dir=_MACHINE)) / "postgres"
        wanted.unlink(missing_ok=True)  # a link that leads nowhere any more
        wanted.symlink_to(target)
    return wanted.resolve()


def _enterable(home: Path) -> bool:
    """Whether everybody, or at least the owner if that is not root, can pass through the folders above."""
    above = [path for path in home.parents if path.exists()]
    owner = (home if home.exists() else above[0]).stat().st_uid
    return all(
        path.stat().st_mode & _OTHERS_MAY_PASS or (owner != _ROOT and path.stat().st_uid == owner)
        for path in above
    )
