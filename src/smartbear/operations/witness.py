"""What somebody does from a shell is in the audit trail, as is what they do from a browser."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from smartbear.contracts.auditing import Auditor
from smartbear.contracts.roles import SERVICE
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import Trail
from smartbear.kit.context import Context


@contextmanager
def recorded(context: Context, command: str) -> Iterator[None]:
    """Let what a command changes here carry an event, in the name of who runs it on this machine."""
    who = AccessScope(role=SERVICE, service="operations", username=_user())
    with Auditor(context).following(Trail(who, "POST", lambda: f"smartbear {command}", "")):
        yield


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return ""
