"""Interactions on «the resource that matches» (https://hl7.org/fhir/R4/http.html#ccreate).

Who looks and then writes holds a lock on the condition from before the look until after the commit, so of
sixteen who create the same thing at once one creates it. The match is sought among what the caller sees.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.model.access import Access
from smartbear.cdr.store import locks
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import pages, statements, tokens
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.plan import plan
from smartbear.fhir.search import grammar
from smartbear.fhir.search.query import Query
from smartbear.kit.db import Connection
from smartbear.kit.errors import BadInput, FieldError, PreconditionFailed


class Condition(NamedTuple):
    """A type and the search that chooses one of its resources, as it was written."""

    type: str
    text: str


def read_condition(repository: Repository, condition: Condition) -> Query:
    """The search of a condition; BadInput unless it says something and every parameter of it is known."""
    now = repository.context.clock.now()
    catalogue = repository.parameters.catalogue
    query = grammar.parse(condition.type, grammar.pairs(condition.text), now=now, catalogue=catalogue)
    if query.unknown:
        faults = (FieldError(one.name[:100], "not-supported", one.reason) for one in query.unknown)
        raise BadInput("The condition has parameters that are not known here.", errors=tuple(faults))
    if not query.criteria:
        raise BadInput("The condition chooses nothing: it needs at least one search parameter.")
    return query


async def lock(tx: Connection, queries: Iterable[Query]) -> None:
    """Hold the conditions until ``tx`` ends."""
    await locks.take(tx, (f"{query.type}?{sorted(query.applied)}" for query in queries))


async def match(
    repository: Repository, connection: Connection, access: Access, query: Query
) -> Stored | None:
    """The one match, if there is one; PreconditionFailed if there are more."""
    found = await matches(repository, connection, access, query, 1)
    return found[0] if found else None


async def matches(
    repository: Repository, connection: Connection, access: Access, query: Query, most: int
) -> list[Stored]:
    """All matches; PreconditionFailed if there are more than ``most``."""
    query = await meant(repository, connection, access, query)
    lookups = await look_up(
        connection, repository.dictionary, repository.rids, repository.bases, query.criteria, access
    )
    hits = await pages.page(
        connection,
        repository.dictionary,
        statements.page(plan(Query(query.type, criteria=query.criteria), access, lookups), limit=most + 1),
        repository.settings.search_seconds,
    )
    if len(hits) > most:
        raise PreconditionFailed(f"More than {most} of the resources match the condition.")
    return [hit.stored for hit in hits]


async def match_each(
    repository: Repository, tx: Connection, access: Access, queries: Mapping[int, Query]
) -> dict[int, Stored | None]:
    """``match`` for many queries, by one statement for all that ask for one token each."""
    plain = {n: token for n, query in queries.items() if (token := tokens.asked(query, access))}
    met = await tokens.find(tx, repository.dictionary, plain)
    found: dict[int, Stored | None] = {n: _only(met.get(n, ())) for n in plain}
    for n in queries.keys() - plain.keys():
        found[n] = await match(repository, tx, access, queries[n])
    return found


def _only(found: Sequence[Stored]) -> Stored | None:
    if len(found) > 1:
        raise PreconditionFailed("More than one resource matches the condition.")
    return found[0] if found else None
