"""create, update and delete over HTTP."""

from typing import Any

from smartbear.cdr.actions.conditional import Condition
from smartbear.cdr.actions.create import create
from smartbear.cdr.actions.delete import delete, delete_matches
from smartbear.cdr.actions.result import Result, nothing
from smartbear.cdr.actions.update import update, update_match
from smartbear.cdr.model.change import Outcome
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import expected_versions, tag_of
from smartbear.cdr.routes.binary import resource_of
from smartbear.cdr.routes.http import Answer, Call, http_date
from smartbear.cdr.routes.preferences import Representation, representation
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.issues import Issue
from smartbear.fhir.outcome import operation_outcome

_STATUS = {Outcome.CREATED: 201, Outcome.UPDATED: 200, Outcome.UNCHANGED: 200}
_ABOUT_ANSWER = {"", "_format", "_pretty", "_summary", "_elements"}
_SAID = {
    Outcome.CREATED: "The resource was created.",
    Outcome.UPDATED: "The resource was updated.",
    Outcome.UNCHANGED: "The resource already says this; no new version was made.",
    Outcome.DELETED: "The resource was deleted.",
    Outcome.ABSENT: "There was nothing to delete.",
}


async def create_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/[type]``."""
    resource = await resource_of(repository, call)
    condition = call.header(b"if-none-exist") or _criteria(call.query)
    result = await create(repository, call.access, call.path[0], resource, if_none_exist=condition)
    return written_answer(call, result)


def _criteria(query: str) -> str:
    """The condition in the address of a create: some clients write it there, and mean If-None-Exist."""
    parts = (part for part in query.split("&") if part.partition("=")[0] not in _ABOUT_ANSWER)
    return "&".join(parts)


async def update_route(repository: Repository, call: Call) -> Answer:
    """``PUT [base]/[type]/[id]``."""
    resource = await resource_of(repository, call)
    result = await update(
        repository,
        call.access,
        LocalId(*call.path),
        resource,
        expected=expected_versions(call.header(b"if-match")),
        only_new=call.header(b"if-none-match") == "*",
    )
    return written_answer(call, result)


async def conditional_update_route(repository: Repository, call: Call) -> Answer:
    """``PUT [base]/[type]?…``."""
    resource = await resource_of(repository, call)
    condition = Condition(call.path[0], call.query)
    expected = expected_versions(call.header(b"if-match"))
    return written_answer(call, await update_match(repository, call.access, condition, resource, expected))


async def conditional_delete_route(repository: Repository, call: Call) -> Answer:
    """``DELETE [base]/[type]?…``."""
    results = await delete_matches(repository, call.access, Condition(call.path[0], call.query))
    return _deleted_answer(call, *(results or [nothing(call.path[0], repository.context.clock.now())]))


async def delete_route(repository: Repository, call: Call) -> Answer:
    """``DELETE [base]/[type]/[id]``."""
    result = await delete(
        repository, call.access, LocalId(*call.path), expected=expected_versions(call.header(b"if-match"))
    )
    return _deleted_answer(call, result)


def _deleted_answer(call: Call, *results: Result) -> Answer:
    """Of several deletions there is no one version to tell."""
    written = results[0].written
    one = len(results) == 1 and written.outcome is Outcome.DELETED
    tag = ((b"etag", tag_of(written.version).encode()),) if one else ()
    if representation(call) is Representation.OUTCOME:
        return Answer(200, json.encode(told(*results)), tag)
    return Answer(204, b"", tag)


def written_answer(call: Call, result: Result) -> Answer:
    """The answer to a create or update."""
    written = result.written
    resource_type, resource_id = written.target
    location = f"{call.base}{resource_type}/{resource_id}/_history/{written.version}"
    headers = (
        (b"location", location.encode()),
        (b"etag", tag_of(written.version).encode()),
        (b"last-modified", http_date(written.updated)),
    )
    wanted = representation(call)
    body = b""
    if wanted is Representation.FULL:
        body = result.json()
    elif wanted is Representation.OUTCOME:
        body = json.encode(told(result))
    return Answer(_STATUS[written.outcome], body, headers)


def told(*results: Result) -> dict[str, Any]:
    """What became of some resources, as an OperationOutcome."""
    issues: list[Issue] = []
    for result in results:
        said = _SAID[result.written.outcome]
        issues += [Issue("information", "informational", said), *result.warnings]
    return operation_outcome(issues)
