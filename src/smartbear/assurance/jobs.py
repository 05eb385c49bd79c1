"""What ``assurance`` does by itself, in the worker: sign the trail every second, and show it to witnesses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from smartbear.assurance.actions import sequence, verifications, witnessing
from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.notes import Verifier
from smartbear.kit import logs
from smartbear.kit.context import Context, Handlers
from smartbear.kit.db import FAULTS
from smartbear.kit.errors import PlatformError

_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds
_log = logs.get("assurance")


def handlers(context: Context) -> Handlers:
    """Task name → handler."""

    async def verify(payload: dict[str, Any]) -> None:
        services = Services.of(context)
        try:
            await verifications.run(services, payload["verification"])
        finally:
            await services.close()

    return {verifications.RUN: verify}


@asynccontextmanager
async def upkeep(context: Context) -> AsyncIterator[None]:
    """Keep at it while the block runs."""
    services = Services.of(context)

    async def sign() -> bool:
        while await sequence.advance(services) == sequence.MOST:
            pass
        return True

    async def file() -> bool:
        return await witnessing.file(services) == "current"

    def asking(address: str, key: Verifier) -> Callable[[], Awaitable[bool]]:
        async def ask() -> bool:
            return await witnessing.ask(services, address, key) in (None, "current")

        return ask

    work = [sign, file, *(asking(address, key) for address, key in services.witnesses.items())]
    running = [asyncio.create_task(_again_and_again(each)) for each in work]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await services.close()


async def _again_and_again(work: Callable[[], Awaitable[bool]]) -> None:
    """Every second, and after a failure with pauses that grow to a minute."""
    pause = _PAUSE
    while True:
        try:
            is_well = await work()
        except (*FAULTS, PlatformError) as error:
            _log.warning("audit_upkeep_failed", error_type=type(error).__name__)
            is_well = False
        except Exception as error:  # noqa: BLE001 - a platform whose trail nobody signs looks well
            _log.error("audit_upkeep_failed", error_type=type(error).__name__, exc_info=error)
            is_well = False
        pause = _PAUSE if is_well else min(2 * pause, _LONGEST_PAUSE)
        await asyncio.sleep(pause)
