"""Builds the application of ``notifications``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited
from smartbear.kit import problems
from smartbear.kit.context import Context
from smartbear.notifications.actions.live import Hub
from smartbear.notifications.actions.services import Services
from smartbear.notifications.routes import inbox, internal, messages, stream


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The application, with one listener for changes; open streams end when it does."""
    app = FastAPI(title="notifications", docs_url=None, redoc_url=None, responses=problems.DOCUMENTED)
    problems.install(app)
    app.include_router(stream.router)
    app.include_router(inbox.router)
    app.include_router(messages.router)
    app.include_router(internal.router)
    services, hub = Services.of(context), Hub(context.db)
    app.state.services, app.state.hub = services, hub
    listening = asyncio.create_task(hub.run())
    try:
        yield Audited(app, services.auditor)
    finally:
        hub.end()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await services.close()
