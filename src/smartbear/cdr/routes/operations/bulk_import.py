"""``$import`` over HTTP: NDJSON as the body, or Parameters that say where it is."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from smartbear.cdr.actions.accept import expect_valid
from smartbear.cdr.actions.bulk_import import from_addresses, from_body
from smartbear.cdr.actions.import_run import ERRORS
from smartbear.cdr.model.bulk import File, Import, Job
from smartbear.cdr.model.gunzip import Gunzip
from smartbear.cdr.model.import_request import read_sources
from smartbear.cdr.routes.http import Answer, Call, Interaction
from smartbear.cdr.routes.operations import bulk
from smartbear.cdr.store.repository import Repository
from smartbear.kit.errors import BadInput, TooLarge, UnsupportedMediaType

_LINES = frozenset({"application/fhir+ndjson", "application/ndjson", "application/x-ndjson"})
_PACKED = frozenset({"application/gzip", "application/x-gzip"})


async def import_route(repository: Repository, call: Call) -> Answer:
    """``POST [base]/$import``."""
    bulk.expect_async(call)
    kick_off = f"{call.base}$import"
    kind = call.header(b"content-type").partition(";")[0].strip().lower()
    if kind in _LINES | _PACKED:
        chunks = _lines(call, repository.settings.import_bytes, is_packed=kind in _PACKED)
        job = await from_body(repository, call.access, chunks, caller=call.caller, kick_off=kick_off)
        return bulk.accepted(call, job)
    resource: Any = await call.resource(repository.settings.resource_bytes)
    expect_valid(resource, "Parameters")
    sources = read_sources(resource, repository.settings.import_sources)
    job = await from_addresses(repository, call.access, sources, caller=call.caller, kick_off=kick_off)
    return bulk.accepted(call, job)


def _lines(call: Call, limit: int, *, is_packed: bool) -> AsyncIterator[bytes]:
    """The body as it comes, unpacked; UnsupportedMediaType if it is packed otherwise, or twice."""
    coding = call.header(b"content-encoding").lower()
    if coding not in {"", "identity", "gzip"} or (is_packed and coding == "gzip"):
        raise UnsupportedMediaType("Lines may be packed with gzip, once.")
    chunks = _chunks(call, limit)
    return _gunzipped(chunks, limit) if is_packed or coding == "gzip" else chunks


async def _gunzipped(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    unpacking = Gunzip(limit)
    async for chunk in chunks:
        for piece in unpacking.feed(chunk):
            yield piece
    unpacking.close()


async def _chunks(call: Call, limit: int) -> AsyncIterator[bytes]:
    """The body as it comes."""
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
