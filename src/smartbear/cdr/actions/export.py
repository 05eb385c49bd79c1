"""The kick-off of a bulk export: what exactly is asked for, for whom, as a job."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from smartbear.cdr.actions import bulk
from smartbear.cdr.actions.conditional import Condition, read_condition
from smartbear.cdr.actions.read import read
from smartbear.cdr.model.access import NO_TYPES, Access
from smartbear.cdr.model.bulk import Export
from smartbear.cdr.model.export_request import ExportRequest
from smartbear.cdr.model.references import LocalId, local_id
from smartbear.cdr.store import owners
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions, json
from smartbear.fhir.search.references import address
from smartbear.kit.errors import BadInput, FieldError


async def export(
    repository: Repository,
    access: Access,
    request: ExportRequest,
    *,
    caller: str,
    kick_off: str,
    group: str | None = None,
    of_patients: bool = False,
) -> str:
    """Start an export of what the caller may see; returns the number of the job.

    With ``group``, of its members' records; with ``of_patients``, of all patients' or those in the request.
    """
    types = _types(access, request, of_patients=of_patients)
    await repository.parameters.fresh()
    for one in request.filters:
        read_condition(repository, Condition(one.type, one.query))
    named = await _named(repository, access, request.patients)
    members = await _members(repository, access, group) if group else None
    asked = Export(
        access=replace(access, writes=NO_TYPES),
        types=types,
        filters=request.filters,
        since=request.since,
        until=request.until,
        elements=request.elements,
        of_patients=of_patients,
        patients=_both(named, members),
    )
    return await bulk.start(repository, "export", caller, kick_off, asked.kept())


def _types(access: Access, request: ExportRequest, *, of_patients: bool) -> tuple[str, ...]:
    """Types to look at, in the order of their names; BadInput if those asked for cannot be in the export."""
    possible = access.reads & _in_compartment() if of_patients else access.reads
    wanted = possible & set(request.types) if request.types else possible
    if request.types and not wanted & (_in_compartment() if of_patients else definitions.resource_types()):
        fault = FieldError("_type", "not-supported", "none of these can be in such an export")
        raise BadInput("The export cannot be started.", errors=(fault,))
    return tuple(sorted(wanted))


def _in_compartment() -> frozenset[str]:
    compartment = definitions.compartment("Patient")
    members = compartment.members if compartment else {}
    return frozenset(kind for kind, codes in members.items() if codes) | {"Patient"}


async def _named(repository: Repository, access: Access, references: Iterable[str]) -> frozenset[str] | None:
    """Ids of the patients a request names; None if it names none, BadInput if one of them is not there."""
    named = [_patient(repository, reference) for reference in references]
    if not named:
        return None
    known = [LocalId("Patient", patient) for patient in named if patient]
    async with repository.db.connection() as connection:
        found = await owners.find(connection, repository.dictionary, known)
    if len(known) < len(named) or not all(
        one in found and access.sees("Patient", found[one]) for one in known
    ):
        fault = FieldError("patient", "not-found", "there is no such patient, or it is not yours to see")
        raise BadInput("The export cannot be started.", errors=(fault,))
    return frozenset(one.id for one in known)


async def _members(repository: Repository, access: Access, group: str) -> frozenset[str]:
    """Ids of the patients who are in a Group at this moment."""
    stored = await read(repository, access, LocalId("Group", group))
    members: list[dict[str, Any]] = json.decode(stored.json()).get("member", [])
    return frozenset(_present(repository, members))


def _present(repository: Repository, members: Iterable[dict[str, Any]]) -> Iterator[str]:
    for member in members:
        found = _patient(repository, member["entity"].get("reference", ""))
        if found and not member.get("inactive"):
            yield found


def _patient(repository: Repository, reference: str) -> str | None:
    found = address(reference)
    target = local_id(found, repository.bases) if found else None
    return target.id if target and target.type == "Patient" else None


def _both(named: frozenset[str] | None, members: frozenset[str] | None) -> tuple[str, ...] | None:
    if named is None or members is None:
        chosen = members if named is None else named
        return None if chosen is None else tuple(sorted(chosen))
    return tuple(sorted(named & members))
