"""history over HTTP, at the three levels at which R4 has it."""

from urllib.parse import quote, urlencode

from smartbear.cdr.actions.history import history
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.change import Verb
from smartbear.cdr.model.tags import tag_of
from smartbear.cdr.routes.bundles import Link, bundle
from smartbear.cdr.routes.http import Answer, Call
from smartbear.cdr.routes.preferences import is_strict
from smartbear.cdr.store.history import Asked, Told
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.search import grammar
from smartbear.fhir.search.dates import date_range
from smartbear.fhir.search.grammar import results
from smartbear.fhir.search.grammar.request import CURSOR
from smartbear.fhir.search.query import Criterion
from smartbear.fhir.search.values import DateRange
from smartbear.kit.errors import BadInput, FieldError

_OF_THE_TRANSPORT = {"_format", "_pretty"}
_ASKED = ("_count", "_since", "_at", "_list")


async def history_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/_history``, ``GET [base]/[type]/_history`` and ``GET [base]/[type]/[id]/_history``."""
    given = _given(call)
    settings = repository.settings
    limit = results.count(given["_count"]) if "_count" in given else settings.page_size
    since, cursor = _range(given, "_since"), given.get(CURSOR)
    resource_type, resource_id = (*call.path[:-1], None, None)[:2]
    asked = Asked(
        resource_type,
        resource_id,
        since and since.start,
        _range(given, "_at"),
        given.get("_list"),
        await _criteria(repository, resource_type, given.get("_list")),
    )
    size = max(1, min(limit, settings.page_limit))
    found = await history(repository, call.access, asked, cursor, size)
    links = [Link("self", _address(call, given, cursor))]
    if found.next:
        links.append(Link("next", _address(call, given, found.next)))
    total = len(found.versions) if not cursor and not found.next else None
    return Answer(200, bundle("history", [_entry(call, told) for told in found.versions], links, total))


def _given(call: Call) -> dict[str, str]:
    """The parameters; BadInput for one that is given twice or, if the caller is strict, not known."""
    pairs = [(name, value) for name, value in grammar.pairs(call.query) if name not in _OF_THE_TRANSPORT]
    names = [name for name, _ in pairs]
    twice = (name for name in dict.fromkeys(names) if names.count(name) > 1)
    faults = [FieldError(name[:100], "invalid", "may be given once") for name in twice]
    if is_strict(call):
        unknown = (name for name in names if name not in {*_ASKED, CURSOR})
        faults += (FieldError(name[:100], "not-supported", "is not known here") for name in unknown)
    if faults:
        raise BadInput("The history cannot be told as asked.", errors=tuple(faults))
    return {name: value for name, value in pairs if value}


async def _criteria(
    repository: Repository, resource_type: str | None, list_id: str | None
) -> tuple[Criterion, ...]:
    """What holds a history to the resources of a List."""
    if list_id is None:
        return ()
    catalogue, now = await repository.parameters.fresh(), repository.context.clock.now()
    return grammar.parse(resource_type, [("_list", list_id)], now=now, catalogue=catalogue).criteria


def _range(given: dict[str, str], name: str) -> DateRange | None:
    if name not in given:
        return None
    found = date_range(given[name])
    if found is None:
        fault = FieldError(name, "value", "must be a FHIR date or instant")
        raise BadInput("The history cannot be told as asked.", errors=(fault,))
    return found


def _address(call: Call, given: dict[str, str], cursor: str | None) -> str:
    asked = [(name, given[name]) for name in _ASKED if name in given]
    parameters = urlencode([*asked, *([(CURSOR, cursor)] if cursor else [])], quote_via=quote, safe=":/")
    return call.base + "/".join(call.path) + (f"?{parameters}" if parameters else "")


def _entry(call: Call, told: Told) -> bytes:
    """A deletion has no resource; the request says what was done (R4 http 2.24.9.1)."""
    stored, deleted = told.stored, told.verb is Verb.DELETE
    resource_type, resource_id = stored.target
    status = "204" if deleted else "201" if told.new else "200"
    place = resource_type if told.verb is Verb.POST else f"{resource_type}/{resource_id}"
    members = {
        "request": {"method": told.verb.name, "url": place},
        "response": {
            "status": status,
            "etag": tag_of(stored.version),
            "lastModified": instant(stored.updated),
        },
    }
    head = f'{{"fullUrl":"{call.base}{resource_type}/{resource_id}",'.encode()
    resource = b"" if deleted else b'"resource":' + stored.json() + b","
    return head + resource + json.encode(members)[1:]
