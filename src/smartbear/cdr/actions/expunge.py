"""``$expunge``: old versions, and what is left of deleted resources, removed for good.

In two steps: whoever asks is told how much would go, and gets a word that confirms just that request.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from smartbear.cdr.model.access import Access
from smartbear.cdr.store import expunge as store
from smartbear.cdr.store.bulk.walk import present
from smartbear.cdr.store.expunge import CHUNK, Range
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions
from smartbear.kit import logs
from smartbear.kit.errors import BadInput, FieldError, Forbidden, Gone

_log = logs.get("cdr")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should go, from one resource, one type, or all; at most ``limit`` resources are seen to."""

    type: str | None
    id: str | None
    deleted: bool
    versions: bool
    limit: int

    def ranges(self, types: list[str]) -> Iterator[Range]:
        """The same, type by type."""
        for kind in types:
            if self.deleted:
                yield Range(kind, self.id, deleted=True)
            if self.versions:
                yield Range(kind, self.id, deleted=False)


async def look(repository: Repository, access: Access, wanted: Wanted, caller: str) -> tuple[int, str]:
    """How many versions would go at most, and the word that confirms it."""
    _expect_allowed(access, wanted)
    found = 0
    types = await _types(repository, wanted)
    async with repository.db.connection() as connection:
        for one in wanted.ranges(types):
            found += await store.count(connection, repository.dictionary, one, wanted.limit)
    word = repository.seal.seal(0, (), _purpose(wanted, caller), repository.context.clock.now())
    return found, word


async def expunge(repository: Repository, access: Access, wanted: Wanted, caller: str, word: str) -> int:
    """Remove it; returns how many versions went."""
    _expect_allowed(access, wanted)
    _expect_confirmed(repository, wanted, caller, word)
    removed, left = 0, wanted.limit
    for one in wanted.ranges(await _types(repository, wanted)):
        seen, gone = await _range(repository, one, left)
        removed, left = removed + gone, left - seen
    _log.warning("expunged", count=removed)
    return removed


async def _range(repository: Repository, range_: Range, limit: int) -> tuple[int, int]:
    """Chunk after chunk, each its own transaction; how many resources were seen to, and versions went."""
    seen = removed = after = 0
    while seen < limit:
        size = min(CHUNK, limit - seen)
        async with repository.db.transaction() as tx:
            rids, gone = await store.expunge(tx, repository.dictionary, range_, after, size)
        repository.bodies.forget(rids)
        seen, removed = seen + len(rids), removed + gone
        if len(rids) < size:
            break
        after = rids[-1]
    return seen, removed


async def _types(repository: Repository, wanted: Wanted) -> list[str]:
    if wanted.type:
        return [wanted.type]
    async with repository.db.connection() as connection:
        return await present(connection, repository.dictionary, definitions.resource_types())


def _expect_allowed(access: Access, wanted: Wanted) -> None:
    needed = {wanted.type} if wanted.type else definitions.resource_types()
    if access.rows != "all" or not needed <= access.writes:
        raise Forbidden("Only a client that writes all of this may expunge it.")


def _expect_confirmed(repository: Repository, wanted: Wanted, caller: str, word: str) -> None:
    try:
        repository.seal.open(word, _purpose(wanted, caller), repository.context.clock.now())
    except (BadInput, Gone):
        fault = FieldError(
            "confirm", "value", "must be the word that was given for this request, not long ago"
        )
        raise BadInput("The request has not been confirmed.", errors=(fault,)) from None


def _purpose(wanted: Wanted, caller: str) -> str:
    return f"expunge {wanted} {caller}"
