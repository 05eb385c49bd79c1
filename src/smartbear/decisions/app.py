"""The ASGI application of ``decisions``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.users import UsersClient
from smartbear.decisions.actions.rulebook import load
from smartbear.decisions.routes import internal, public
from smartbear.decisions.settings import DecisionSettings
from smartbear.kit import problems
from smartbear.kit.context import Context


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The application while the block runs. A rule that is faulty or lacks its signature stops the start."""
    book = load(DecisionSettings(), context.settings.environment)
    async with UsersClient(context) as users:
        app = FastAPI(title="decisions", docs_url=None, redoc_url=None)
        problems.install(app)
        app.include_router(public.router(context, book, users))
        app.include_router(internal.router(context))
        yield Audited(app, Auditor(context))
