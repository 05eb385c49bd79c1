"""``$expunge`` over HTTP, with the parameters that HAPI FHIR made known, and a confirmation."""

from smartbear.cdr.actions.expunge import Wanted, expunge, look
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import Given, given_to, refused
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json

_DELETED, _VERSIONS, _LIMIT, _CONFIRM = (
    "expungeDeletedResources",
    "expungePreviousVersions",
    "limit",
    "confirm",
)
_USUAL, _MOST = 1000, 100_000  # resources


async def expunge_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/$expunge``, ``[base]/[type]/$expunge``, ``[base]/[type]/[id]/$expunge``."""
    given = await given_to(repository, call)
    given.expect_among({_DELETED, _VERSIONS, _LIMIT, _CONFIRM})
    wanted = _wanted(call, given)
    word = given.text(_CONFIRM)
    if word:
        removed = await expunge(repository, call.access, wanted, call.caller, word)
        return _parameters({"name": "count", "valueInteger": removed})
    found, word = await look(repository, call.access, wanted, call.caller)
    return _parameters({"name": "count", "valueInteger": found}, {"name": _CONFIRM, "valueString": word})


def _wanted(call: Call, given: Given) -> Wanted:
    deleted, versions = _flag(given, _DELETED), _flag(given, _VERSIONS)
    if not (deleted or versions):
        raise refused(_DELETED, "required", f"say {_DELETED} or {_VERSIONS}")
    kind, name = (*call.path[:-1], None, None)[:2]
    return Wanted(kind, name, deleted, versions, _limit(given))


def _flag(given: Given, name: str) -> bool:
    text = given.text(name)
    if text not in {None, "true", "false"}:
        raise refused(name, "value", "must be true or false")
    return text == "true"


def _limit(given: Given) -> int:
    text = given.text(_LIMIT)
    if text is None:
        return _USUAL
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST):
        raise refused(_LIMIT, "value", f"must be from 1 to {_MOST}")
    return int(text)


def _parameters(*found: dict[str, object]) -> Answer:
    return Answer(200, json.encode({"resourceType": "Parameters", "parameter": list(found)}))


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    shape: {"POST": expunge_route}
    for shape in (("$expunge",), ("type", "$expunge"), ("type", "id", "$expunge"))
}
"""Shape of an address → method → operation."""
