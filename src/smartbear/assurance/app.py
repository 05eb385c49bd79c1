"""Builds the application of ``assurance``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from smartbear.assurance.actions.services import Services
from smartbear.assurance.routes import events, export, fhir, proofs, witness
from smartbear.contracts.auditing import Audited, Auditor
from smartbear.kit import problems
from smartbear.kit.context import Context


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The application; reading the trail is recorded like everything else."""
    app = FastAPI(title="assurance", docs_url=None, redoc_url=None, responses=problems.DOCUMENTED)
    problems.install(app)
    for router in (events.router, proofs.router, export.router, witness.router, fhir.router):
        app.include_router(router)
    app.state.services = services = Services.of(context)
    try:
        yield Audited(app, Auditor(context))
    finally:
        await services.close()
