"""transaction and batch over HTTP."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from smartbear.cdr.actions.batch import batch
from smartbear.cdr.actions.bundle import Answered, Done
from smartbear.cdr.actions.result import Result
from smartbear.cdr.actions.transaction import transaction
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.change import Outcome
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import tag_of
from smartbear.cdr.routes.addresses import Routes
from smartbear.cdr.routes.bundles import bundle
from smartbear.cdr.routes.http import Answer, Call, body_limit
from smartbear.cdr.routes.inside import Inside
from smartbear.cdr.routes.preferences import Representation, asks_for
from smartbear.cdr.routes.writes import told
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.outcome import outcome_of_error
from smartbear.kit.errors import BadInput, FieldError, PlatformError

_FIRST_ERROR = 400
_KINDS = {"transaction": transaction, "batch": batch}
_STATUS = {
    Outcome.CREATED: 201,
    Outcome.UPDATED: 200,
    Outcome.UNCHANGED: 200,
    Outcome.DELETED: 204,
    Outcome.ABSENT: 204,
}


async def bundle_route(repository: Repository, call: Call, routes: Routes) -> Answer:
    """``POST [base]``. Those who may change everything may send larger Bundles."""
    given = await call.resource(body_limit(repository, call))
    kind = given.get("type") if isinstance(given, dict) and given.get("resourceType") == "Bundle" else None
    if not isinstance(kind, str) or kind not in _KINDS:
        fault = FieldError("Bundle.type", "value", "must be transaction or batch")
        raise BadInput("This address takes a Bundle that is a transaction or a batch.", errors=(fault,))
    inside = Inside(routes, call, repository.settings.bundle_bytes)
    done = await _KINDS[kind](repository, call.access, given, call.base, inside)
    wanted = next((one for one in Representation if asks_for(call, one)), None)
    entries = [_entry(call, one, wanted) for one in done]
    return Answer(200, bundle(f"{kind}-response", entries))


def _entry(call: Call, done: Done, wanted: Representation | None) -> bytes:
    match done:
        case Result():
            return _written(call, done, wanted)
        case Answered(status, body, shown):
            failed = status >= _FIRST_ERROR
            response = _response(status) | ({"outcome": json.decode(body)} if failed else {})
            if shown:
                response |= _version(call, shown.target, shown.version, shown.updated)
            return _member(response, b"" if failed else body)
        case PlatformError():
            return _member(_response(done.status) | {"outcome": outcome_of_error(done)}, b"")


def _response(status: int) -> dict[str, Any]:
    return {"status": f"{status} {HTTPStatus(status).phrase}"}


def _written(call: Call, result: Result, wanted: Representation | None) -> bytes:
    written = result.written
    response = _response(_STATUS[written.outcome])
    if written.outcome is not Outcome.ABSENT:
        response |= _version(call, written.target, written.version, written.updated)
    if wanted is Representation.OUTCOME:
        response["outcome"] = told(result)
    shows = wanted is Representation.FULL and result.content is not None
    return _member(response, result.json() if shows else b"")


def _version(call: Call, target: LocalId, version: int, updated: datetime) -> dict[str, Any]:
    location = f"{call.base}{target.type}/{target.id}/_history/{version}"
    return {"location": location, "etag": tag_of(version), "lastModified": instant(updated)}


def _member(response: dict[str, Any], resource: bytes) -> bytes:
    answered = json.encode({"response": response})
    return b'{"resource":' + resource + b"," + answered[1:] if resource else answered
