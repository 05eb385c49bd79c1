"""From a resource that somebody sent to one that can be written."""

from collections.abc import Hashable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

from smartbear.cdr.model.access import BY_CONTEXT, BY_CREATOR, Access, Owner
from smartbear.cdr.model.alike import indexes_like, kind_of
from smartbear.cdr.model.binary import context_of
from smartbear.cdr.model.body import stored_form
from smartbear.cdr.model.change import Draft, First
from smartbear.cdr.model.owner import owner_of
from smartbear.cdr.model.references import LocalId, local_id
from smartbear.cdr.store import owners
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import outcome
from smartbear.fhir.search.extract import extract
from smartbear.fhir.search.values import Indexes
from smartbear.fhir.validation import validate
from smartbear.kit.errors import BadInput, FieldError, Forbidden, Unprocessable

_DIGEST_BYTES = 16


def expect_writable(access: Access, resource_type: str) -> None:
    """Forbidden unless the caller may change resources of this type."""
    if resource_type not in access.writes:
        raise Forbidden(f"You may not change resources of type {resource_type}.")


def expect_valid(resource: Any, resource_type: str) -> None:
    """BadInput if the body is of another type than the address, Unprocessable with every fault found."""
    named = resource.get("resourceType") if isinstance(resource, dict) else None
    if named != resource_type:
        fault = FieldError(f"{resource_type}", "invalid", f"the address takes a {resource_type}")
        raise BadInput("The body is not a resource of the type in the address.", errors=(fault,))
    found = outcome.field_errors(validate(resource))
    if found:
        raise Unprocessable("The resource is not valid.", errors=found)


def draft_of(repository: Repository, resource: dict[str, Any], target: LocalId) -> Draft:
    """A valid resource as it will be stored under an id, made like the first of its kind if there is one."""
    return draft_of_kind(repository, resource, target, kind_of(resource))


def draft_of_kind(repository: Repository, resource: dict[str, Any], target: LocalId, kind: Hashable) -> Draft:
    """``draft_of`` for those who know the kind, or None, already."""
    first = repository.firsts.find(kind)
    if first:
        return _draft_like(first, resource, target)
    draft = draft_alone(resource, target, repository.bases)
    return draft._replace(like=repository.firsts.keep(kind, draft)) if kind is not None else draft


def draft_alone(resource: dict[str, Any], target: LocalId, bases: Iterable[str]) -> Draft:
    """``draft_of``, made of nothing but the resource itself."""
    indexes = extract(resource)
    content = stored_form(resource, target.id)
    return Draft(
        target=target,
        content=content,
        digest=_digest(content),
        indexes=indexes,
        owner=_owner(resource, target, indexes, bases),
        organisation=_organisation(indexes, bases) if target.type == "Patient" else None,
    )


def _draft_like(first: First, observation: dict[str, Any], target: LocalId) -> Draft:
    like, content = first.draft, stored_form(observation, target.id)
    indexes = indexes_like(like.indexes, observation)
    return Draft(target, content, _digest(content), indexes, like.owner, like.organisation, first)


def _owner(
    resource: dict[str, Any], target: LocalId, indexes: Indexes, bases: Iterable[str]
) -> LocalId | None:
    """A Binary belongs to its security context; to itself if that is none of ours, so that few see it."""
    if target.type != BY_CONTEXT:
        patient = owner_of(target.type, target.id, indexes, bases)
        return LocalId("Patient", patient) if patient else None
    return context_of(resource, bases) or target if "securityContext" in resource else None


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


async def expect_own(repository: Repository, access: Access, drafts: Sequence[Draft]) -> None:
    """Forbidden unless the caller would see what is about to be written."""
    if access.rows == "all" and access.purpose != "research":
        return
    named = {draft.owner for draft in drafts if draft.owner}
    async with repository.db.connection() as connection:
        found = await owners.find(connection, repository.dictionary, named)
    for draft in drafts:
        owner = found.get(draft.owner) if draft.owner else None
        if draft.target.type == BY_CREATOR:
            owner = Owner(*draft.target, access.caller)
        if not access.sees(draft.target.type, owner):
            raise Forbidden("The resource is not about a patient of yours.")


def _organisation(indexes: Indexes, bases: Iterable[str]) -> str | None:
    references = indexes.references.get("organization", ())
    return next((found.id for one in references if (found := local_id(one, bases))), None)
