"""Builds the application of ``mobile``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.notifications import NotificationsClient
from smartbear.contracts.users import UsersClient
from smartbear.kit import problems
from smartbear.kit.context import Context
from smartbear.mobile.actions import Neighbours
from smartbear.mobile.routes import router


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The application, with clients of its neighbours open while it serves."""
    app = FastAPI(title="mobile", docs_url=None, redoc_url=None, responses=problems.DOCUMENTED)
    problems.install(app)
    app.include_router(router)
    async with (
        UsersClient(context) as users,
        MeasurementsClient(context) as measurements,
        NotificationsClient(context) as notifications,
    ):
        app.state.context = context
        app.state.neighbours = Neighbours(users, measurements, notifications)
        yield Audited(app, Auditor(context))
