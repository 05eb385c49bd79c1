"""Reading a Binary: it is seen by those who see it, and by those who see what it names as its context."""

from contextlib import suppress

from smartbear.cdr.actions.read import read_in, vread_in
from smartbear.cdr.model.access import Access, everything
from smartbear.cdr.model.binary import context_of
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.kit.db import Connection
from smartbear.kit.errors import Gone, NotFound, PlatformError


async def read_binary(repository: Repository, access: Access, target: LocalId, version: int | None) -> Stored:
    """The current version, or the one that is named; NotFound unless the caller may see the content."""
    async with repository.db.connection() as connection:
        try:
            return await _read(repository, connection, access, target, version)
        except NotFound:
            if "Binary" not in access.reads:
                raise
            return await _read_by_context(repository, connection, access, target, version)


async def _read_by_context(
    repository: Repository, connection: Connection, access: Access, target: LocalId, version: int | None
) -> Stored:
    hidden = NotFound("There is no such resource, or it is not yours to see.")
    try:
        found = await _read(repository, connection, everything(), target, version)
        context = context_of(json.decode(found.json()), repository.bases)
        if context is None:
            raise hidden
        with suppress(Gone):
            await read_in(repository, connection, access, context)
    except PlatformError:
        raise hidden from None
    return found


async def _read(
    repository: Repository, connection: Connection, access: Access, target: LocalId, version: int | None
) -> Stored:
    if version is None:
        return await read_in(repository, connection, access, target)
    return await vread_in(repository, connection, access, target, version)
