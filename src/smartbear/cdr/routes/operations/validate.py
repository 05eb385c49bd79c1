"""``$validate`` over HTTP: a resource, bare or in Parameters; the outcome is the answer, whatever it says."""

from typing import Any, get_args

from smartbear.cdr.actions.validate import Mode, Question, answer
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations.parameters import refused
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.outcome import operation_outcome

_NAMES = frozenset({"resource", "mode", "profile"})
_MODES: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}
_OF_THE_TRANSPORT = frozenset({"_format", "_pretty"})


async def validate_route(repository: Repository, call: Call) -> Answer:
    """``[base]/[type]/$validate`` and ``[base]/[type]/[id]/$validate``."""
    issues = await answer(repository, call.access, await _question(repository, call))
    return Answer(200, json.encode(operation_outcome(issues)))


async def _question(repository: Repository, call: Call) -> Question:
    resource_type = call.path[0]
    given: list[tuple[str, Any]] = [pair for pair in call.parameters() if pair[0] not in _OF_THE_TRANSPORT]
    if call.method == "POST" and call.header(b"content-length") != "0":
        body = await call.resource(repository.settings.resource_bytes)
        given += _in_body(body, resource_type)
    for name, _ in given:
        if name not in _NAMES:
            raise refused(name, "not-supported", "this operation has no such parameter")
    return Question(
        type=resource_type,
        id=call.path[1] if len(call.path) > len(("type", "$validate")) else "",
        mode=_mode(given),
        resource=next((value for name, value in given if name == "resource"), None),
        profiles=[str(value) for name, value in given if name == "profile" and value],
    )


def _in_body(body: Any, resource_type: str) -> list[tuple[str, Any]]:
    """Parameters of the operation, or else the resource itself."""
    parts = body.get("parameter") if isinstance(body, dict) else None
    names = [part.get("name") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    is_bare = body.get("resourceType") != "Parameters" if isinstance(body, dict) else True
    if is_bare or (resource_type == "Parameters" and "resource" not in names):
        return [("resource", body)]
    found = [part for part in parts or () if isinstance(part, dict)]
    return [(str(part.get("name")), _value(part)) for part in found]


def _value(part: dict[str, Any]) -> Any:
    return next((value for name, value in part.items() if name == "resource" or name.startswith("value")), "")


def _mode(given: list[tuple[str, Any]]) -> Mode:
    named = next((str(value) for name, value in given if name == "mode"), "")
    if named not in _MODES:
        raise refused("mode", "invalid", "must be create, update, delete or profile")
    if named == "profile" and not any(name == "profile" and value for name, value in given):
        raise refused("profile", "required", "is required in the mode profile")
    return _MODES[named]


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("type", "$validate"): {"POST": validate_route},
    ("type", "id", "$validate"): {"GET": validate_route, "POST": validate_route},
}
"""Shape of an address → method → interaction."""
