"""``$validate`` (https://hl7.org/fhir/R4/resource-operation-validate.html): what is wrong with a resource.

Nothing is written, and whether an id exists is told only to those who may see it.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from smartbear.cdr.actions.conform import Claim, claim_issues, claims
from smartbear.cdr.actions.read import read
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.issues import Issue
from smartbear.fhir.validation import validate
from smartbear.fhir.validation.advice import advise
from smartbear.kit.aside import aside, note_size
from smartbear.kit.errors import BadInput, FieldError, Forbidden, Gone, NotFound

Mode = Literal["", "create", "update", "delete", "profile"]


class Question(NamedTuple):
    """What is to be validated, and for what. Without a resource, it is the one stored under the id."""

    type: str
    id: str
    mode: Mode
    resource: Any
    profiles: Sequence[str]


async def answer(repository: Repository, access: Access, question: Question) -> list[Issue]:
    """Everything found; Forbidden to those who may neither read nor write the type."""
    if question.type not in access.reads | access.writes:
        raise Forbidden(f"You may not validate resources of type {question.type}.")
    allowed = _permission(access, question)
    if question.mode == "delete":
        return [*allowed, *await _deletion(repository, access, question)]
    resource = await _subject(repository, access, question)
    found = [*allowed, *_address_issues(question, resource), *await aside(validate, resource)]
    if any(issue.severity == "error" and issue.code != "invariant" for issue in found):
        told = "profiles and good practice are looked at once the resource is sound in itself"
        return [*found, Issue("information", "informational", told)]
    claimed = claims(resource)
    given = [Claim(one, resource["resourceType"]) for one in question.profiles]
    asked = claimed + [one for one in given if one.canonical not in {claim.canonical for claim in claimed}]
    return [*found, *await claim_issues(repository, resource, asked), *await aside(advise, resource)]


def _permission(access: Access, question: Question) -> list[Issue]:
    """For those modes that ask whether a write would be accepted."""
    if question.mode in {"", "profile"} or question.type in access.writes:
        return []
    return [Issue("error", "forbidden", f"you may not change resources of type {question.type}")]


async def _deletion(repository: Repository, access: Access, question: Question) -> list[Issue]:
    if not question.id:
        raise BadInput(
            "A deletion is validated at the address of the resource.",
            errors=(FieldError("mode", "invalid", "delete needs the id of a resource in the address"),),
        )
    try:
        await read(repository, access, LocalId(question.type, question.id))
    except (NotFound, Gone):
        return [Issue("warning", "not-found", "there is nothing to delete")]
    return []


async def _subject(repository: Repository, access: Access, question: Question) -> Any:
    if question.resource is not None:
        return question.resource
    if not question.id:
        missing = FieldError("resource", "required", "is required where the address names no resource")
        raise BadInput("There is nothing to validate.", errors=(missing,))
    stored = await read(repository, access, LocalId(question.type, question.id))
    content = stored.json()
    note_size(len(content))
    return json.decode(content)


def _address_issues(question: Question, resource: Any) -> list[Issue]:
    held = resource if isinstance(resource, dict) else {}
    issues = []
    if held.get("resourceType") not in (None, question.type):
        issues.append(Issue("error", "invalid", f"the address takes a {question.type}", question.type))
    if question.id and question.mode == "update" and held.get("id") != question.id:
        told = "must be the id of the resource that is updated"
        issues.append(Issue("error", "invalid", told, f"{question.type}.id"))
    return issues
