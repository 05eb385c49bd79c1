"""Resources by their canonical address (https://hl7.org/fhir/R4/references.html#canonical)."""

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import pages, statements
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.plan import plan
from smartbear.fhir import json
from smartbear.fhir.search.escapes import escape
from smartbear.fhir.search.grammar import parse
from smartbear.fhir.terminology.concepts import Resource
from smartbear.kit.db import Reader


async def find(
    repository: Repository, connection: Reader, access: Access, kind: str, address: str
) -> Resource | None:
    """The resource with this address, «url|version» or «Type/id»; the newest that the caller sees."""
    url, _, version = address.partition("|")
    name = url.removeprefix(f"{kind}/")
    asked = [("url", escape(url))] if name == url else [("_id", escape(name))]
    asked += [("version", escape(version))] if version else []
    found = await matching(repository, connection, access, kind, asked, 1)
    return found[0] if found else None


async def matching(
    repository: Repository,
    connection: Reader,
    access: Access,
    kind: str,
    asked: list[tuple[str, str]],
    most: int,
) -> list[Resource]:
    """At most ``most`` resources that a search finds, the newest first."""
    query = parse(kind, [*asked, ("_sort", "-_lastUpdated")], now=repository.context.clock.now())
    lookups = await look_up(
        connection, repository.dictionary, repository.rids, repository.bases, query.criteria, access
    )
    hits = await pages.page(
        connection,
        repository.dictionary,
        statements.page(plan(query, access, lookups), limit=most),
        repository.settings.search_seconds,
    )
    return [json.decode(hit.stored.json()) for hit in hits]
