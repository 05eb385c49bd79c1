"""Addresses of bulk jobs and their files (https://hl7.org/fhir/uv/bulkdata/STU2/export.html).

``[base]/$export/[job]`` tells how a job is doing and, by DELETE, cancels it; ``[base]/$export/[job]/[file]``
is a file. The same under ``$import``. Whoever did not start a job finds nothing at its addresses.
"""

from collections.abc import Callable, Sequence
from typing import Any

from smartbear.cdr.actions import bulk
from smartbear.cdr.model.body import instant
from smartbear.cdr.model.bulk import File, Job, Kind, Purpose
from smartbear.cdr.routes.http import Answer, Call, Interaction, http_date
from smartbear.cdr.routes.preferences import prefers_async
from smartbear.cdr.store.bulk import pieces
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import json
from smartbear.fhir.issues import Issue
from smartbear.fhir.outcome import operation_outcome
from smartbear.kit.errors import BadInput, FieldError, NotFound

_KINDS: dict[str, Kind] = {"$export": "export", "$import": "import"}
_OF_JOB = ("job", "file")
_SUFFIX = ".ndjson"
_NDJSON = b"application/fhir+ndjson"
_AGAIN = 1  # seconds

Manifest = Callable[[Call, Job, Sequence[File]], dict[str, Any]]


def shape_of_job(path: tuple[str, ...]) -> tuple[str, ...]:
    """The address with «job» and «file» in place of what varies; others as they are."""
    if not path or path[0] not in _KINDS or len(path) > len(_OF_JOB) + 1:
        return path
    return (path[0], *_OF_JOB[: len(path) - 1])


def expect_async(call: Call) -> None:
    """BadInput unless the caller knows that the answer will come later."""
    if not prefers_async(call):
        fault = FieldError("Prefer", "required", "write «Prefer: respond-async»")
        raise BadInput("This operation answers later.", errors=(fault,))


def accepted(call: Call, job: str) -> Answer:
    """The answer to a kick-off."""
    place = f"{call.base}{call.path[-1]}/{job}".encode()
    return Answer(202, b"", ((b"content-location", place),))


def routes(manifest: Manifest) -> dict[tuple[str, ...], dict[str, Interaction]]:
    """Addresses of the jobs of one operation, below its own."""

    async def status_route(repository: Repository, call: Call) -> Answer:
        """``GET [base]/$export/[job]``."""
        job = await bulk.outcome(repository, *_named(call))
        if job.fault or bulk.is_stalled(repository, job):
            said = job.fault or "The job shows no sign of progress any more: please start it again."
            return Answer(500, json.encode(operation_outcome([Issue("fatal", "exception", said)])))
        if job.ended is None:
            progress = f"{job.resources} resources".encode()
            return Answer(202, b"", ((b"x-progress", progress), (b"retry-after", str(_AGAIN).encode())))
        async with repository.db.connection() as connection:
            found = await pieces.files(connection, job.id)
        expiry = (b"expires", http_date(bulk.expires(repository, job.ended)))
        return Answer(200, json.encode(manifest(call, job, found)), (expiry,), b"application/json")

    async def cancel_route(repository: Repository, call: Call) -> Answer:
        """``DELETE [base]/$export/[job]``."""
        await bulk.cancel(repository, *_named(call))
        return Answer(202)

    return {("job",): {"GET": status_route, "DELETE": cancel_route}, _OF_JOB: {"GET": file_route}}


async def file_route(repository: Repository, call: Call) -> Answer:
    """``GET [base]/$export/[job]/[file]``, once the job has ended."""
    job = await bulk.find(repository, *_named(call))
    async with repository.db.connection() as connection:
        found = await pieces.files(connection, job.id)
    file = next((one for one in found if f"{one.number}{_SUFFIX}" == call.path[2]), None)
    if file is None or job.ended is None or file.purpose == "input":
        raise NotFound("There is no such file, or it is not yours.")
    return Answer(200, b"", (), _NDJSON, pieces.stream(repository.db, job.id, file))


def listed(call: Call, job: Job, files: Sequence[File], purpose: Purpose) -> list[dict[str, Any]]:
    """Files of a purpose as a manifest lists them."""
    return [
        {
            "type": file.type,
            "url": f"{call.base}{call.path[0]}/{job.id}/{file.number}{_SUFFIX}",
            "count": file.lines,
        }
        for file in files
        if file.purpose == purpose
    ]


def head(job: Job) -> dict[str, Any]:
    """What every manifest begins with."""
    return {
        "transactionTime": instant(job.instant or job.begun),
        "request": job.request,
        "requiresAccessToken": True,
    }


def _named(call: Call) -> tuple[Kind, str, Any, str]:
    return _KINDS[call.path[0]], call.caller, call.access, call.path[1]
