"""What the values of a search stand for here: codes of value sets, and what is above or below another.

Value sets and code systems are those of R4 that bind an element, and those the caller may read here.
"""

from collections.abc import Iterable
from typing import Any

from smartbear.cdr.actions.terminology.members import MOST, Terms, Unknown
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search import hierarchy
from smartbear.cdr.store.search.lookups import look_up
from smartbear.cdr.store.terminology import concepts
from smartbear.fhir.search.query import Query, ReferenceValue, SearchValue, TokenValue, ValueSetValue
from smartbear.fhir.search.resolution import Need, needs, resolved
from smartbear.fhir.search.tokens import fold_code
from smartbear.kit.db import Reader
from smartbear.kit.errors import BadInput, FieldError


async def meant(repository: Repository, connection: Reader, access: Access, query: Query) -> Query:
    """The query with its values in the place of what stands for them; BadInput for an unknown value set."""
    wanted = list(dict.fromkeys(needs(query.criteria)))
    if not wanted:
        return query
    source = _Source(repository, connection, access)
    return resolved(query, {need: tuple(await source.answer(need)) for need in wanted})


class _Source:
    def __init__(self, repository: Repository, connection: Reader, access: Access) -> None:
        self._repository, self._connection, self._access = repository, connection, access
        self._terms = Terms(repository, connection, access)

    async def answer(self, need: Need) -> Iterable[SearchValue]:
        match need.value:
            case ValueSetValue(name):
                return await self._members(name)
            case TokenValue(system, code):
                return [TokenValue(system, one) for one in await self._relatives(system, code, need)]
            case ReferenceValue(kind, name):
                starts = [LocalId(one, name or "") for one in ((kind,) if kind else need.targets)]
                query = Query(None)
                lookups = await self._lookups(query)
                below = need.relation == "below"
                found_ = await hierarchy.relatives(
                    self._connection, lookups, self._access, starts, below=below
                )
                return [ReferenceValue(one.type, one.id, None) for one in found_]

    async def _relatives(self, system: str | None, code: str | None, need: Need) -> Iterable[str | None]:
        found = await self._terms.code_system(system or "")
        if found is None or code is None:
            return [code]
        below = need.relation == "below"
        return await concepts.relatives(self._connection, found, code, below=below, limit=MOST)

    async def _members(self, name: str) -> Iterable[TokenValue]:
        found = await self._terms.value_set(name)
        if found is None:
            fault = FieldError("ValueSet", "not-found", "This value set is not held here.")
            raise BadInput("The search names a value set that is not known here.", errors=(fault,))
        try:
            members = await self._terms.members(found)
        except Unknown as error:
            raise BadInput(error.detail, errors=error.errors) from error
        return [TokenValue(system, fold_code(code)) for system, code in members]

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
