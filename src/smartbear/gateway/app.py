"""Builds the front door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.types import ASGIApp

from smartbear.gateway.actions.callers import Callers
from smartbear.gateway.actions.lag import watch
from smartbear.gateway.actions.limits import Limits
from smartbear.gateway.actions.projects import Projects
from smartbear.gateway.actions.witness import Witness
from smartbear.gateway.model.pressure import Pressure
from smartbear.gateway.routes import own
from smartbear.gateway.routes.cors import Cors
from smartbear.gateway.routes.front import Front, Guards
from smartbear.gateway.routes.onward import Onward
from smartbear.gateway.routes.proxy import Proxy
from smartbear.gateway.routes.pseudonymous import Pseudonymous
from smartbear.gateway.routes.relief import Relief
from smartbear.gateway.settings import GatewaySettings
from smartbear.kit.context import Context


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The front door, with clients of the neighbours it asks, and with an ear for its other replicas."""
    settings = GatewaySettings()
    limits, pressure = Limits(context, settings), Pressure(settings.most_waiting, settings.most_late)
    callers, proxy, projects = Callers(context), Proxy(context), Projects(context)
    relief = Relief(context.settings.record_sockets)
    inside = own.build(context, projects)
    witness = Witness(context)
    guards = Guards(callers, limits, pressure, Cors(settings.cors_origins), witness)
    at_work = [asyncio.create_task(limits.run()), asyncio.create_task(watch(pressure))]
    try:
        yield Front(context, guards, inside, Onward(context, inside, proxy, relief), Pseudonymous(projects))
    finally:
        for task in at_work:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await witness.strangers.close()
        await projects.close()
        await callers.close()
        await relief.close()
        await proxy.close()
