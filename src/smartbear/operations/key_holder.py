"""The process that holds the keys of the pseudonyms: ``python -m smartbear.operations.key_holder``.

A process of its own with little in it. The platform starts one as a child, which ends with it; a deployment
may run one under an account of its own instead (``smartbear pseudonyms serve``).
"""

import asyncio
import os
import sys

from smartbear.kit import logs, processes, secrets
from smartbear.kit.clock import Clock, SystemClock
from smartbear.kit.pseudonyms import service
from smartbear.kit.pseudonyms.folder import Folder
from smartbear.kit.pseudonyms.hardening import harden
from smartbear.kit.pseudonyms.holder import Holder, Person
from smartbear.kit.pseudonyms.keyring import Keyring
from smartbear.kit.pseudonyms.record import Journal
from smartbear.kit.settings import PlatformSettings

PROGRAM = (sys.executable, "-m", "smartbear.operations.key_holder")
_MAY_ASK = frozenset({"CCM", "DataScientist", "Auditor"})
_MAY_AGREE = frozenset({"CCM", "Auditor"})
_log = logs.get("operations")


def holder(settings: PlatformSettings, clock: Clock) -> Holder:
    """The holder of this deployment's keys; they are made when there are none."""
    key, keys = secrets.deriver(settings)("scope"), settings.key_folder

    def identify(caller: str) -> Person:
        from smartbear.contracts.scope import verify  # noqa: PLC0415 - 30 MB of web framework, seldom needed

        scope = verify(caller, key, clock.now())
        only = (scope.project or "") if scope.role == "DataScientist" else None
        return Person(scope.account, scope.role in _MAY_ASK, scope.role in _MAY_AGREE, only)

    return Holder(Keyring(Folder(keys)), Journal(settings.identification_record), identify, clock)


async def serve(settings: PlatformSettings, *, follow_stdin: bool = False) -> None:
    """Answer until told to stop; with ``follow_stdin``, until the parent is gone."""
    measures = harden()
    peers = {*settings.pseudonym_peers, os.geteuid()}
    async with service.serving(holder(settings, SystemClock()), settings.key_socket, peers):
        _log.info("keys_held", state=",".join(name for name, holds in measures.items() if holds))
        await processes.until_told(follow_stdin=follow_stdin)


if __name__ == "__main__":
    given = PlatformSettings()
    logs.configure(given.log_level)
    asyncio.run(serve(given, follow_stdin=True))
