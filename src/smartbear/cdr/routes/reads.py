"""read, vread and instance history over HTTP."""

from smartbear.cdr.actions.history import NEWEST, Versions, history
from smartbear.cdr.actions.read import read, vread
from smartbear.cdr.model import subset
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import number_of, tag_of
from smartbear.cdr.routes.bundles import Link, bundle
from smartbear.cdr.routes.http import Answer, Call, http_date
from smartbear.cdr.routes.preferences import is_unchanged
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.search.grammar import results
from smartbear.fhir.search.grammar.faults import invalid


async def read_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]/[id]``."""
    return _answer(call, await read(repository, call.access, LocalId(*call.path)))


async def vread_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]/[id]/_history/[vid]``."""
    resource_type, resource_id, _, version = call.path
    target = LocalId(resource_type, resource_id)
    return _answer(call, await vread(repository, call.access, target, number_of(version)))


async def history_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/[type]/[id]/_history``."""
    target = LocalId(*call.path[:2])
    asked = dict(call.parameters())
    limit = min(
        results.count(asked["_count"]) if asked.get("_count") else repository.settings.page_size,
        repository.settings.page_limit,
    )
    before = number_of(asked.get("_before", "")) if "_before" in asked else NEWEST
    found = await history(repository, call.access, target, before=before, limit=max(1, limit))
    address = f"{call.base}{target.type}/{target.id}/_history"
    links = [Link("self", f"{address}?_count={limit}")]
    if found.before is not None:
        links.append(Link("next", f"{address}?_count={limit}&_before={found.before}"))
    total = len(found.versions) if before == NEWEST and found.before is None else None
    return Answer(200, bundle("history", _history_entries(call, found), links, total))


def _history_entries(call: Call, found: Versions) -> list[bytes]:
    return [_history_entry(call, stored) for stored in found.versions]


def _history_entry(call: Call, stored: Stored) -> bytes:
    """A deletion has no resource; the request says what was done (R4 http 2.24.9.1)."""
    resource_type, resource_id = stored.target
    deleted, first = stored.content is None, stored.version == 1
    method, status = ("DELETE", "204") if deleted else ("POST", "201") if first else ("PUT", "200")
    place = resource_type if method == "POST" else f"{resource_type}/{resource_id}"
    members = {
        "request": {"method": method, "url": place},
        "response": {
            "status": status,
            "etag": tag_of(stored.version),
            "lastModified": instant(stored.updated),
        },
    }
    head = f'{{"fullUrl":"{call.base}{resource_type}/{resource_id}",'.encode()
    resource = b"" if deleted else b'"resource":' + stored.json() + b","
    return head + resource + json.encode(members)[1:]


def _answer(call: Call, stored: Stored) -> Answer:
    headers = ((b"etag", tag_of(stored.version).encode()), (b"last-modified", http_date(stored.updated)))
    if is_unchanged(call, stored.version, stored.updated):
        return Answer(304, b"", headers)
    return Answer(200, _asked_part(call, stored.json()), headers)


def _asked_part(call: Call, resource: bytes) -> bytes:
    """What ``_summary`` and ``_elements`` leave of the resource (R4 http 3.1.0.1.5)."""
    if "_summary" not in call.query and "_elements" not in call.query:
        return resource
    asked = dict(call.parameters())
    mode = results.summary(asked["_summary"]) if "_summary" in asked else None
    if mode == "count":
        raise invalid("_summary", "There is nothing to count: write true, text, data or false.")
    return subset.of(resource, mode, results.elements(asked.get("_elements", "")))
