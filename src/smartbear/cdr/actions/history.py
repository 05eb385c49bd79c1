"""history (https://hl7.org/fhir/R4/http.html#history) of one resource, of a type, and of everything."""

from dataclasses import dataclass
from typing import Any

from smartbear.cdr.actions import witness
from smartbear.cdr.model.access import Access
from smartbear.cdr.store import history as store
from smartbear.cdr.store.history import Asked, Place, Told
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import look_up
from smartbear.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Versions:
    """Some versions, newest first, deletions included; ``next`` is the cursor of those that follow."""

    versions: list[Told]
    next: str | None


async def history(
    repository: Repository, access: Access, asked: Asked, cursor: str | None, limit: int
) -> Versions:
    """At most ``limit`` versions that the caller may see; NotFound if one resource has none at all."""
    now, purpose = repository.context.clock.now(), _purpose(access, asked)
    after = _place(*repository.seal.open(cursor, purpose, now)) if cursor else None
    seconds, room = repository.settings.search_seconds, 2 * repository.settings.resource_bytes
    async with repository.db.connection() as connection:
        lookups = await look_up(
            connection, repository.dictionary, repository.rids, repository.bases, asked.criteria, access
        )
        found, more = await store.page(connection, lookups, access, asked, after, limit, room, seconds)
        if asked.id and not found and after is None:
            whole = Asked(asked.type, asked.id)
            known, _ = await store.page(connection, lookups, access, whole, None, 1, room, seconds)
            if not known:
                raise NotFound("There is no such resource, or it is not yours to see.")
        shown = [(place.rid, told.stored) for place, told in found]
        await witness.saw_versions(repository, connection, shown)
    last = found[-1][0] if more else None
    sealed = last and repository.seal.seal(
        last.rid, [last.version, last.updated, last.snapshot], purpose, now
    )
    return Versions([told for _, told in found], sealed)


def _place(rid: int, keys: tuple[Any, ...]) -> Place:
    version, updated, snapshot = keys
    return Place(rid, version, updated, snapshot)


def _purpose(access: Access, asked: Asked) -> str:
    """What a cursor is good for: this history, by a reader who sees the same."""
    return f"history {asked} {access.identity}"
