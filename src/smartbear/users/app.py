"""Builds the application of ``users``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.decisions import DecisionsClient
from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.notifications import NotificationsClient
from smartbear.kit import problems
from smartbear.kit.context import Context
from smartbear.users.actions.neighbours import Neighbours
from smartbear.users.routes import consents, devices, erasures, internal, organisations, participants


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The application, with clients of its neighbours open while it serves."""
    app = FastAPI(title="users", docs_url=None, redoc_url=None, responses=problems.DOCUMENTED)
    problems.install(app)
    for routes in (organisations, participants, consents, devices, erasures, internal):
        app.include_router(routes.router)
    async with (
        DecisionsClient(context) as decisions,
        NotificationsClient(context) as notifications,
        CdrClient(context) as cdr,
        MeasurementsClient(context) as measurements,
    ):
        app.state.context = context
        app.state.neighbours = Neighbours(decisions, cdr, measurements, notifications)
        yield Audited(app, Auditor(context))
