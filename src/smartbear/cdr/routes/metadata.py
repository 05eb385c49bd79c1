"""capabilities over HTTP (https://hl7.org/fhir/R4/http.html#capabilities)."""

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache

from smartbear.cdr.model.capability import capability_statement
from smartbear.cdr.routes.http import Answer, Call
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json


def metadata_of(routes: Iterable[tuple[str, str]]) -> Callable[[Repository, Call], Awaitable[Answer]]:
    """``GET [base]/metadata`` for a service with these addresses and methods."""
    offered = tuple(routes)

    @lru_cache(maxsize=8)  # addresses of the service
    def statement(repository: Repository, base: str) -> bytes:
        return json.encode(capability_statement(offered, base, repository.context.clock.now().date()))

    async def metadata_route(repository: Repository, call: Call) -> Answer:
        return Answer(200, statement(repository, call.base))

    return metadata_route
