"""read and vread (https://hl7.org/fhir/R4/http.html#read): what a caller cannot see is not there."""

from smartbear.cdr.actions import witness
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import reading
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.kit.db import Reader
from smartbear.kit.errors import Gone, NotFound


async def read(repository: Repository, access: Access, target: LocalId) -> Stored:
    """The current version; Gone if it has been deleted."""
    return await read_in(repository, repository.db.together, access, target)


async def vread(repository: Repository, access: Access, target: LocalId, version: int) -> Stored:
    """One version; Gone if that version is the deletion."""
    async with repository.db.connection() as connection:
        return await vread_in(repository, connection, access, target, version)


async def read_in(repository: Repository, connection: Reader, access: Access, target: LocalId) -> Stored:
    """``read`` on a connection of the caller's, which may be in a transaction."""
    return _seen(access, await reading.current(connection, repository.dictionary, target))


async def vread_in(
    repository: Repository, connection: Reader, access: Access, target: LocalId, version: int
) -> Stored:
    """``vread`` on a connection of the caller's."""
    return _seen(access, await reading.version(connection, repository.dictionary, target, version))


def _seen(access: Access, found: Stored | None) -> Stored:
    if found is None or not access.sees(found.target.type, found.owner):
        raise NotFound("There is no such resource, or it is not yours to see.")
    if found.content is None:
        raise Gone("The resource has been deleted.")
    witness.saw(found.target, found.owner)
    return found
