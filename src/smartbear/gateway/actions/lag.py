"""Noticing that the process comes late."""

import asyncio

from smartbear.gateway.model.pressure import Pressure

_EVERY = 0.1  # seconds


async def watch(pressure: Pressure) -> None:
    """Look at the event loop's lag until cancelled."""
    loop = asyncio.get_running_loop()
    due = loop.time() + _EVERY
    while True:
        await asyncio.sleep(due - loop.time())
        now = loop.time()
        pressure.look(max(0.0, now - due))
        due = now + _EVERY
