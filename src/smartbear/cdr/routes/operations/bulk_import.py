"""``$import`` over HTTP: NDJSON as the body, or Parameters that say where it is."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from smartbear.cdr.actions.accept import expect_valid
from smartbear.cdr.actions.bulk_import import from_addresses, from_body
from smartbear.cdr.actions.import_run import ERRORS
from smartbear.cdr.model.bulk import File, Import, Job
from smartbear.cdr.model.import_request import read_sources
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations import bulk
from smartbear.cdr.store.repository import Repository
from smartbear.kit.errors import BadInput, TooLarge, UnsupportedMediaType

_LINES = frozenset({"application/fhir+ndjson", "application/ndjson", "application/x-ndjson"})


async def import_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/$import``."""
    bulk.expect_async(call)
    kick_off = f"{call.base}$import"
    if call.header(b"content-type").partition(";")[0].strip().lower() in _LINES:
        chunks = _chunks(call, repository.settings.import_bytes)
        job = await from_body(repository, call.access, chunks, caller=call.caller, kick_off=kick_off)
        return bulk.accepted(call, job)
    resource: Any = await call.resource(repository.settings.resource_bytes)
    expect_valid(resource, "Parameters")
    sources = read_sources(resource, repository.settings.import_sources)
    job = await from_addresses(repository, call.access, sources, caller=call.caller, kick_off=kick_off)
    return bulk.accepted(call, job)


async def _chunks(call: Call, limit: int) -> AsyncIterator[bytes]:
    """The body as it comes."""
    if call.header(b"content-encoding"):
        raise UnsupportedMediaType("Lines are sent unpacked.")
    size, more = 0, True
    while more:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise BadInput("The body breaks off.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"The body may have at most {limit} bytes.")
        yield chunk
        more = message.get("more_body", False)


def _manifest(call: Call, job: Job, files: Sequence[File]) -> dict[str, Any]:
    """How many resources came from each input, and where the others' faults are told."""
    sources = Import.read(job.asked).sources
    inputs = [
        _named(sources[file.number].url, {"type": file.type, "count": file.lines})
        for file in files
        if file.purpose == "input"
    ]
    numbers = [file.number - ERRORS for file in files if file.purpose == "error"]
    listed = bulk.listed(call, job, files, "error")
    errors = [_named(sources[n].url, one) for n, one in zip(numbers, listed, strict=True)]
    return bulk.head(job) | {"output": inputs, "error": errors}


def _named(url: str, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of the manifest, with the address it is about if there is one."""
    found = {"inputUrl": url, **entry} if url else entry
    return {name: value for name, value in found.items() if value != ""}


ROUTES: dict[tuple[str, ...], dict[str, Interaction]] = {
    ("$import",): {"POST": import_route},
    **{("$import", *shape): methods for shape, methods in bulk.routes(_manifest).items()},
}
"""Shape of an address → method → interaction."""
