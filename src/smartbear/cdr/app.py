"""Builds the application of ``cdr``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from smartbear.cdr.actions.subscriptions.bindings import Bindings
from smartbear.cdr.actions.subscriptions.watch import watching
from smartbear.cdr.routes.application import FhirApplication
from smartbear.cdr.store.repository import Repository
from smartbear.kit.context import Context


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The FHIR service, with its repository open while it serves."""
    async with Repository.open(context) as repository:
        bindings = Bindings()
        async with watching(repository, bindings.matched):
            yield FhirApplication(repository, bindings)
