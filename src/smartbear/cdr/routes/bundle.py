"""transaction and batch over HTTP."""

from http import HTTPStatus
from typing import Any

from smartbear.cdr.actions.batch import batch
from smartbear.cdr.actions.bundle import Done, Found, Head
from smartbear.cdr.actions.result import Result
from smartbear.cdr.actions.transaction import transaction
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.change import Outcome
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import tag_of
from smartbear.cdr.routes.bundles import bundle, searchset
from smartbear.cdr.routes.http import Answer, Call, body_limit
from smartbear.cdr.routes.preferences import Representation, asks_for
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.outcome import outcome_of_error
from smartbear.kit.errors import BadInput, FieldError, PlatformError

_KINDS = {"transaction": transaction, "batch": batch}
_STATUS = {
    Outcome.CREATED: 201,
    Outcome.UPDATED: 200,
    Outcome.UNCHANGED: 200,
    Outcome.DELETED: 204,
    Outcome.ABSENT: 204,
}


async def bundle_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]``. Those who may change everything may send larger Bundles."""
    given = await call.resource(body_limit(repository, call))
    kind = given.get("type") if isinstance(given, dict) and given.get("resourceType") == "Bundle" else None
    if not isinstance(kind, str) or kind not in _KINDS:
        fault = FieldError("Bundle.type", "value", "must be transaction or batch")
        raise BadInput("This address takes a Bundle that is a transaction or a batch.", errors=(fault,))
    done = await _KINDS[kind](repository, call.access, given, call.base)
    full = asks_for(call, Representation.FULL)
    entries = [_entry(call, one, full=full) for one in done]
    return Answer(200, bundle(f"{kind}-response", entries))


def _entry(call: Call, done: Done, *, full: bool) -> bytes:
    match done:
        case Result(written, content):
            gone = written.outcome in {Outcome.DELETED, Outcome.ABSENT}
            response = _response(_STATUS[written.outcome])
            if written.outcome is not Outcome.ABSENT:
                response |= _version(call, written.target, written.version) | {
                    "lastModified": instant(written.updated)
                }
            return _member(response, done.json() if full and content is not None and not gone else b"")
        case Stored():
            return _member(_read(call, done), done.json())
        case Head(found):
            return _member(_read(call, found) if isinstance(found, Stored) else _response(200), b"")
        case Found(query, page):
            return _member(_response(200), searchset(call, query, page))
        case PlatformError():
            return _member(_response(done.status) | {"outcome": outcome_of_error(done)}, b"")


def _response(status: int) -> dict[str, Any]:
    return {"status": f"{status} {HTTPStatus(status).phrase}"}


def _read(call: Call, stored: Stored) -> dict[str, Any]:
    last = {"lastModified": instant(stored.updated)}
    return _response(200) | _version(call, stored.target, stored.version) | last


def _version(call: Call, target: LocalId, version: int) -> dict[str, Any]:
    location = f"{call.base}{target.type}/{target.id}/_history/{version}"
    return {"location": location, "etag": tag_of(version)}


def _member(response: dict[str, Any], resource: bytes) -> bytes:
    answered = json.encode({"response": response})
    return b'{"resource":' + resource + b"," + answered[1:] if resource else answered
