"""Builds the application of ``cdr``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from smartbear.cdr.routes.application import FhirApplication
from smartbear.cdr.store.repository import Repository
from smartbear.kit.context import Context


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[ASGIApp]:
    """The FHIR service, with its repository open while it serves."""
    async with Repository.open(context) as repository:
        yield FhirApplication(repository)
