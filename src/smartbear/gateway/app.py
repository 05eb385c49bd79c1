"""Builds the front door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from smartbear.gateway.actions.callers import Callers
from smartbear.gateway.actions.projects import Projects
from smartbear.gateway.model.bucket import Buckets
from smartbear.gateway.routes import own
from smartbear.gateway.routes.front import Front, Limits
from smartbear.gateway.routes.proxy import Proxy
from smartbear.gateway.routes.pseudonymous import Pseudonymous
from smartbear.gateway.settings import GatewaySettings
from smartbear.kit.context import Context


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The front door, with clients of the neighbours it asks."""
    settings = GatewaySettings()
    limits = Limits(
        Buckets(settings.person_rate), Buckets(settings.machine_rate), Buckets(settings.address_rate)
    )
    callers, proxy, projects = Callers(context), Proxy(context), Projects(context)
    try:
        yield Front(context, callers, limits, own.build(context, projects), proxy, Pseudonymous(projects))
    finally:
        await projects.close()
        await callers.close()
        await proxy.close()
