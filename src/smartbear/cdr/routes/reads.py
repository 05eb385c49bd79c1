"""read and vread over HTTP."""

from smartbear.cdr.actions.read import read, vread
from smartbear.cdr.model import subset
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import number_of, tag_of
from smartbear.cdr.routes.http import Answer, Call, Headers, http_date
from smartbear.cdr.routes.preferences import is_unchanged
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir.search.grammar import results
from smartbear.fhir.search.grammar.faults import invalid


async def read_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]/[id]``."""
    return read_answer(call, await read(repository, call.access, LocalId(*call.path)))


async def vread_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]/[id]/_history/[vid]``."""
    resource_type, resource_id, _, version = call.path
    target = LocalId(resource_type, resource_id)
    return read_answer(call, await vread(repository, call.access, target, number_of(version)))


def version_headers(stored: Stored) -> Headers:
    """Which version an answer shows, and when it was made."""
    return ((b"etag", tag_of(stored.version).encode()), (b"last-modified", http_date(stored.updated)))


def read_answer(call: Call, stored: Stored) -> Answer:
    """The resource, or what was asked of it; 304 if the caller has this version."""
    headers = version_headers(stored)
    if is_unchanged(call, stored.version, stored.updated):
        return Answer(304, b"", headers, shown=stored)
    return Answer(200, _asked_part(call, stored.json()), headers, shown=stored)


def _asked_part(call: Call, resource: bytes) -> bytes:
    """What ``_summary`` and ``_elements`` leave of the resource (R4 http 3.1.0.1.5)."""
    if "_summary" not in call.query and "_elements" not in call.query:
        return resource
    asked = dict(call.parameters())
    mode = results.summary(asked["_summary"]) if "_summary" in asked else None
    if mode == "count":
        raise invalid("_summary", "There is nothing to count: write true, text, data or false.")
    return subset.of(resource, mode, results.elements(asked.get("_elements", "")))
