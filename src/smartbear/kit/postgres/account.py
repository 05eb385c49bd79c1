"""Which operating system account PostgreSQL runs under: never root, and never without a name."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from smartbear.kit.postgres.errors import OtherOwner, UnknownAccount

_PREFERRED = ("smartbear", "nobody")  # a dedicated account where the machine has one
_ROOT = 0


@dataclass(frozen=True, slots=True)
class Account:
    """An account for ``subprocess``; ``uid`` is None when it is the one we run under already."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> tuple[int, ...] | None:
        """No supplementary groups after a switch: root's must not be inherited."""
        return None if self.uid is None else ()

    def give(self, path: Path) -> None:
        """Make the account the owner of ``path``."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose(home: Path, data: Path) -> Account:
    """Our own account, or when we are root the owner of the cluster, of ``home``, or an unprivileged one.

    Raises ``OtherOwner`` when the cluster is somebody else's, ``UnknownAccount`` when no account is fit.
    """
    owners = [path.stat().st_uid for path in (data, home) if path.exists()]
    me = os.geteuid()
    if me != _ROOT:
        _require_name(me)
        if data.exists() and owners[0] != me:
            raise OtherOwner(
                f"{data} belongs to user id {owners[0]}, and you are {me}. Run as that user, or set "
                "SMARTBEAR_HOME to a folder of your own."
            )
        return Account()
    return _switched(next((uid for uid in owners if uid != _ROOT), None))


def _switched(owner: int | None) -> Account:
    if owner is not None:
        entry = _require_name(owner)
        return Account(entry.pw_uid, entry.pw_gid)
    for name in _PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise UnknownAccount


def _require_name(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise UnknownAccount(
            f"User id {uid} has no entry in /etc/passwd, and PostgreSQL refuses to work for a user without a "
            "name. Add the entry, run as another user, or set SMARTBEAR_DATABASE_URL."
        ) from None
