"""``$meta``, ``$meta-add`` and ``$meta-delete`` (https://hl7.org/fhir/R4/resource-operation-meta.html).

Adding or deleting what changes nothing makes no version; anything else makes one, as every change does.
"""

from collections.abc import Iterable
from typing import Any

from smartbear.cdr.actions.modify import modify
from smartbear.cdr.actions.read import read
from smartbear.cdr.actions.result import Result
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Verb
from smartbear.cdr.model.meta import Meta, added, taken, union
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import IfMatch
from smartbear.cdr.store import meta as store
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import look_up
from smartbear.fhir import json


async def meta_of(repository: Repository, access: Access, target: LocalId) -> dict[str, Any]:
    """What the current version's ``meta`` says."""
    stored = await read(repository, access, target)
    meta: dict[str, Any] = json.decode(stored.json())["meta"]
    return meta


async def metas_of(repository: Repository, access: Access, types: Iterable[str]) -> dict[str, Any]:
    """Every profile, security label and tag of the resources of these types that the caller sees."""
    async with repository.db.connection() as connection:
        lookups = await look_up(
            connection, repository.dictionary, repository.rids, repository.bases, (), access
        )
        seconds = repository.settings.search_seconds
        found = await store.examples(connection, lookups, access, types, seconds)
    return union(json.decode(stored.json())["meta"] for stored in found)


async def add(
    repository: Repository, access: Access, target: LocalId, more: Meta, expected: IfMatch | None
) -> Result:
    """Put profiles, labels and tags on a resource."""
    return await modify(
        repository,
        access,
        target,
        lambda found: found | {"meta": added(found["meta"], more)},
        expected,
        Verb.PUT,
    )


async def take(
    repository: Repository, access: Access, target: LocalId, less: Meta, expected: IfMatch | None
) -> Result:
    """Take profiles, labels and tags off a resource."""
    return await modify(
        repository,
        access,
        target,
        lambda found: found | {"meta": taken(found["meta"], less)},
        expected,
        Verb.PUT,
    )
