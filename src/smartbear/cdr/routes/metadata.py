"""capabilities over HTTP (https://hl7.org/fhir/R4/http.html#capabilities)."""

from collections.abc import Iterable
from functools import lru_cache

from smartbear.cdr.actions.patch import JSON_PATCH, MERGE_PATCH, XML_PATCH
from smartbear.cdr.model.capability import Offer, capability_statement
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.media import Format
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.search.catalogue import Catalogue


def metadata_of(routes: Iterable[tuple[str, str]]) -> Interaction:
    """``GET [base]/metadata`` for a service with these addresses and methods."""
    offered = frozenset(routes)

    @lru_cache(maxsize=8)  # addresses of the service
    def statement(repository: Repository, base: str, catalogue: Catalogue) -> bytes:
        settings, today = repository.settings, repository.context.clock.now().date()
        patches = (JSON_PATCH, XML_PATCH, MERGE_PATCH, *Format)
        offer = Offer(offered, patches, settings.update_create, settings.delete_matches, catalogue)
        return json.encode(capability_statement(offer, base, today))

    async def metadata_route(repository: Repository, call: Call) -> Answer:
        catalogue = await repository.parameters.fresh()
        return Answer(200, statement(repository, call.base, catalogue))

    return metadata_route
