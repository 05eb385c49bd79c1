"""GET inside a Bundle: read, vread and search."""

import re

from smartbear.cdr.actions.bundle import Done, Found, Head
from smartbear.cdr.actions.read import read_in, vread_in
from smartbear.cdr.actions.search import search_in
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions
from smartbear.fhir.bundle.entries import Entry
from smartbear.fhir.search import grammar
from smartbear.kit.db import Connection
from smartbear.kit.errors import BadInput, FieldError

_ADDRESS = re.compile(
    r"(?P<type>[A-Za-z]+)(?:/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/(?P<version>\d{1,9}))?)?(?:\?(?P<query>.*))?"
)


async def retrieve(repository: Repository, connection: Connection, access: Access, entry: Entry) -> Done:
    """What the entry's address answers to its GET or HEAD."""
    found = await _found(repository, connection, access, entry)
    return Head(found) if entry.method == "HEAD" else found


async def _found(
    repository: Repository, connection: Connection, access: Access, entry: Entry
) -> Stored | Found:
    match = _ADDRESS.fullmatch(entry.url)
    if match is None or match["type"] not in definitions.resource_types():
        fault = FieldError(f"{entry.place}.request.url", "not-supported", "is not offered inside a Bundle")
        raise BadInput("The Bundle asks for what cannot be done.", errors=(fault,))
    if match["id"]:
        target = LocalId(match["type"], match["id"])
        if match["version"]:
            return await vread_in(repository, connection, access, target, int(match["version"]))
        return await read_in(repository, connection, access, target)
    now = repository.context.clock.now()
    given, catalogue = grammar.pairs(match["query"] or ""), repository.parameters.catalogue
    query = grammar.parse(match["type"], given, now=now, catalogue=catalogue)
    return Found(query, await search_in(repository, connection, access, query))
