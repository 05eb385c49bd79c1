"""What the values of a search stand for here: codes of value sets, and what is above or below another.

Value sets and code systems are those of R4 that bind an element, and those the caller may read here.
"""

from collections.abc import Iterable
from typing import Any

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import hierarchy, pages
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.search.plan import plan
from smartbear.fhir import json
from smartbear.fhir.search.escapes import escape
from smartbear.fhir.search.grammar import parse
from smartbear.fhir.search.query import Query, ReferenceValue, SearchValue, TokenValue, ValueSetValue
from smartbear.fhir.search.resolution import Need, needs, resolved
from smartbear.fhir.search.vocabulary import core_members, listed_members, relatives
from smartbear.kit.db import Connection
from smartbear.kit.errors import BadInput, FieldError


async def meant(repository: Repository, connection: Connection, access: Access, query: Query) -> Query:
    """The query with its values in the place of what stands for them; BadInput for an unknown value set."""
    wanted = list(dict.fromkeys(needs(query.criteria)))
    if not wanted:
        return query
    source = _Source(repository, connection, access)
    return resolved(query, {need: tuple(await source.answer(need)) for need in wanted})


class _Source:
    def __init__(self, repository: Repository, connection: Connection, access: Access) -> None:
        self._repository, self._connection, self._access = repository, connection, access

    async def answer(self, need: Need) -> Iterable[SearchValue]:
        match need.value:
            case ValueSetValue(name):
                return await self._members(name)
            case TokenValue(system, code):
                found = await self._defined("CodeSystem", system or "")
                codes = relatives(found, code or "", need.relation) if found else {code}
                return [TokenValue(system, one) for one in codes]
            case ReferenceValue(kind, name):
                starts = [LocalId(one, name or "") for one in ((kind,) if kind else need.targets)]
                query = Query(None)
                lookups = await self._lookups(query)
                below = need.relation == "below"
                found_ = await hierarchy.relatives(
                    self._connection, lookups, self._access, starts, below=below
                )
                return [ReferenceValue(one.type, one.id, None) for one in found_]

    async def _members(self, name: str) -> tuple[TokenValue, ...]:
        members = core_members(name)
        if members is None:
            found = await self._defined("ValueSet", name)
            members = listed_members(found) if found else None
        if members is None:
            fault = FieldError(
                "ValueSet", "not-found", "This value set is not one whose codes are listed here."
            )
            raise BadInput("The search names a value set that is not known here.", errors=(fault,))
        return members

    async def _defined(self, kind: str, name: str) -> dict[str, Any] | None:
        """The resource with this canonical address, or as «Type/id»; the newest of several versions."""
        url, _, version = name.partition("|")
        asked = (
            [("_id", url.removeprefix(f"{kind}/"))] if url.startswith(f"{kind}/") else [("url", escape(url))]
        )
        asked += [("version", escape(version))] if version else []
        now = self._repository.context.clock.now()
        query = parse(kind, [*asked, ("_sort", "-_lastUpdated")], now=now)
        hits, _ = await pages.page(
            self._connection,
            self._repository.dictionary,
            plan(query, self._access, await self._lookups(query)),
            limit=1,
            after=None,
            counted=False,
            seconds=self._repository.settings.search_seconds,
        )
        return json.decode(hits[0].stored.json()) if hits else None

    async def _lookups(self, query: Query) -> Any:
        repository = self._repository
        return await look_up(
            self._connection,
            repository.dictionary,
            repository.rids,
            repository.bases,
            query.criteria,
            self._access,
        )
