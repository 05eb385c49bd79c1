"""history of one resource (https://hl7.org/fhir/R4/http.html#history)."""

from dataclasses import dataclass

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import reading
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.kit.errors import NotFound

NEWEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Versions:
    """Some versions, newest first; ``before`` continues with those that follow."""

    versions: list[Stored]
    before: int | None


async def history(
    repository: Repository, access: Access, target: LocalId, *, before: int, limit: int
) -> Versions:
    """Versions below ``before`` that the caller may see, deletions included; NotFound if there are none."""
    async with repository.db.connection() as connection:
        found = await reading.history(connection, repository.dictionary, target, before, limit + 1)
    seen = [stored for stored in found if access.sees(target.type, stored.owner)]
    if not seen and before == NEWEST:
        raise NotFound("There is no such resource, or it is not yours to see.")
    more = found[limit - 1].version if len(found) > limit else None
    return Versions([stored for stored in seen if more is None or stored.version >= more], more)
