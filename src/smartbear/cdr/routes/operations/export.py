"""``$export`` over HTTP (https://hl7.org/fhir/uv/bulkdata/STU2/export.html): all, patients, or a group."""

from collections.abc import Sequence
from typing import Any

from smartbear.cdr.actions.export import export
from smartbear.cdr.model.bulk import File, Job, Purpose
from smartbear.cdr.model.export_request import pairs_of, read_request
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations import bulk
from smartbear.cdr.routes.operations.parameters import given_to
from smartbear.cdr.routes.preferences import is_lenient
from smartbear.cdr.store.repository import Repository


async def system_route(repository: Repository, call: Call) -> Answer:
    """``[base]/$export``: every type."""
    return await _start(repository, call)


async def patients_route(repository: Repository, call: Call) -> Answer:
    """``[base]/Patient/$export``: what is in the compartment of any patient."""
    return await _start(repository, call, of_patients=True)


async def group_route(repository: Repository, call: Call) -> Answer:
    """``[base]/Group/[id]/$export``: what is in the compartment of a member."""
    return await _start(repository, call, of_patients=True, group=call.path[1])


async def _start(
    repository: Repository, call: Call, *, of_patients: bool = False, group: str | None = None
) -> Answer:
    bulk.expect_async(call)
    given = await given_to(repository, call)
    request = read_request(pairs_of(given.pairs), lenient=is_lenient(call))
    address = call.base + "/".join(call.path) + (f"?{call.query}" if call.query else "")
    job = await export(
        repository,
        call.access,
        request,
        caller=call.caller,
        kick_off=address,
        group=group,
        of_patients=of_patients,
    )
    return bulk.accepted(call, job)


def _manifest(call: Call, job: Job, files: Sequence[File]) -> dict[str, Any]:
    purposes: tuple[Purpose, ...] = ("output", "deleted", "error")
    return bulk.head(job) | {purpose: bulk.listed(call, job, files, purpose) for purpose in purposes}


_BY_EITHER = ("GET", "POST")
ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("$export",): dict.fromkeys(_BY_EITHER, system_route),
    ("Patient", "$export"): dict.fromkeys(_BY_EITHER, patients_route),
    ("Group", "id", "$export"): dict.fromkeys(_BY_EITHER, group_route),
    **{("$export", *shape): methods for shape, methods in bulk.routes(_manifest).items()},
}
"""Shape of an address → method → interaction."""
