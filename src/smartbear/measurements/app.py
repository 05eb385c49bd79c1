"""The ASGI application of ``measurements``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import FastAPI
from starlette.types import ASGIApp

from smartbear.contracts.auditing import Audited, Auditor
from smartbear.contracts.users import UsersClient
from smartbear.kit import problems
from smartbear.kit.context import Context
from smartbear.measurements.actions.ingest import Intake
from smartbear.measurements.model.filter import MeasurementFilter
from smartbear.measurements.routes import ingest, internal, look

_FILTER = "filters/v1.toml"


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The application while the block runs. A filter that cannot be read stops the start."""
    text = (files(__package__) / _FILTER).read_text(encoding="utf-8")
    allowed = MeasurementFilter.parse(text)
    async with UsersClient(context) as users:
        app = FastAPI(title="measurements", docs_url=None, redoc_url=None)
        problems.install(app)
        app.include_router(ingest.router(Intake(context, users, allowed)))
        app.include_router(look.router(context, allowed))
        app.include_router(internal.router(context))
        yield Audited(app, Auditor(context))
