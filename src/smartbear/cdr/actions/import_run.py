"""A bulk import at work: input after input, piece after piece, each settled with what became of its lines.

A piece may be written twice, when a run is interrupted before it is settled; that changes nothing, since a
line says the same the second time and its resource has the same id: its own, or one made of what it says.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import blake2b
from typing import Any

from smartbear.cdr.actions.accept import draft_of, expect_valid, expect_writable
from smartbear.cdr.actions.conform import expect_conforming
from smartbear.cdr.model.body import stored_form
from smartbear.cdr.model.bulk import UNFETCHED, Import, Job, Place, Source
from smartbear.cdr.model.change import Change, Draft
from smartbear.cdr.model.gunzip import MAGIC, Gunzip
from smartbear.cdr.model.ndjson import Lines
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.bulk import jobs, pieces
from smartbear.cdr.store.bulk.pieces import Piece
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.trail import on_behalf_of
from smartbear.fhir import json, outcome
from smartbear.kit.db import Connection
from smartbear.kit.errors import FieldError, Gone, PlatformError, TooLarge, Unavailable
from smartbear.kit.http import download

ERRORS = 1_000_000
"""Number of the file of an input's errors, counted from the input's own."""

_BREATH = 50  # lines between which the other jobs of the worker get their turn


async def run(repository: Repository, job: Job) -> None:
    """Go on where the job was left, to the end; Gone if it was cancelled or somebody else took it up."""
    work = _Import(repository, job)
    with repository.auditor.following(on_behalf_of(job.caller, "$import", "E", job.id)):
        await work.run()
    async with repository.db.connection() as connection:
        await jobs.end(connection, job, repository.context.clock.now())


class _Import:
    """An import on its way."""

    def __init__(self, repository: Repository, job: Job) -> None:
        self._repository, self._job = repository, job
        self._asked = Import.read(job.asked)
        self._place = Place.read(job.place) if job.place else self._asked.begin

    async def run(self) -> None:
        """Every input from where the job was left."""
        for number in range(self._place.file, len(self._asked.sources)):
            source = self._asked.sources[number]
            if number > self._place.file:
                self._place = Place(file=number, part=UNFETCHED)
            if self._place.part == UNFETCHED:
                await self._fetch(source)
            async with self._repository.db.connection() as connection:
                parts = await pieces.parts(connection, self._job.id, number)
            while self._place.part < parts:
                await self._piece(source)

    async def _fetch(self, source: Source) -> None:
        """Keep what the address answers, so that it is asked once."""
        settings, part = self._repository.settings, 0
        lines = Lines(settings.resource_bytes)
        async with download(source.url) as chunks:
            async for chunk in _unpacked(chunks, settings.import_bytes):
                for piece in lines.feed(chunk):
                    await self._keep(source, part, piece)
                    part += 1
        for piece in lines.close():
            await self._keep(source, part, piece)
        async with self._repository.db.transaction() as tx:
            await self._advance(tx, Place(file=self._place.file), 0)

    async def _keep(self, source: Source, part: int, lines: Sequence[bytes]) -> None:
        async with self._repository.db.transaction() as tx:
            await self._advance(tx, self._place, 0)
            await pieces.write(tx, self._job.id, Piece(self._place.file, part, "input", source.type, lines))

    async def _piece(self, source: Source) -> None:
        at, job = self._place, self._job.id
        async with self._repository.db.connection() as connection:
            content = await pieces.read(connection, job, at.file, at.part)
        if content is None:
            raise Gone("The job has been cancelled.")
        lines = content.split(b"\n")[:-1]
        numbered = [(at.lines + n, line) for n, line in enumerate(lines, 1) if line.strip()]
        faults = await self._write(source, numbered)
        taken = len(numbered) - len(faults)
        async with self._repository.db.transaction() as tx:
            await self._advance(tx, Place(file=at.file, part=at.part + 1, lines=at.lines + len(lines)), taken)
            await pieces.settle(tx, job, at.file, at.part, taken)
            if faults:
                errors = ERRORS + at.file
                await pieces.write(tx, job, Piece(errors, at.part, "error", "OperationOutcome", faults))

    async def _advance(self, tx: Connection, place: Place, taken: int) -> None:
        now = self._repository.context.clock.now()
        if not await jobs.advance(tx, self._job, place, taken, now):
            raise Gone("The job has been cancelled, or somebody else does it.")
        self._place = place

    async def _write(self, source: Source, numbered: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Write every line that can be; an OperationOutcome for each of the others."""
        drafts: dict[LocalId, tuple[int, Draft]] = {}
        faults: list[tuple[int, PlatformError]] = []
        for position, (number, line) in enumerate(numbered):
            try:
                draft = await self._draft(source, line)
            except PlatformError as error:
                faults.append((number, error))
            else:
                drafts[draft.target] = number, draft  # of two lines about one resource the later one
            if position % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        faults += await self._commit(list(drafts.values()))
        return [_told(number, error) for number, error in sorted(faults, key=lambda fault: fault[0])]

    async def _draft(self, source: Source, line: bytes) -> Draft:
        resource: Any = json.decode(line)
        named = resource.get("resourceType") if isinstance(resource, dict) else None
        kind = source.type or str(named)
        expect_valid(resource, kind)
        await expect_conforming(self._repository, resource)
        expect_writable(self._asked.access, kind)
        return draft_of(self._repository, resource, LocalId(kind, resource.get("id") or _id_of(resource)))

    async def _commit(self, numbered: Sequence[tuple[int, Draft]]) -> list[tuple[int, PlatformError]]:
        """Write drafts, in the groups that the writer makes; what was refused, by line."""
        repository, access = self._repository, self._asked.access
        rows = await repository.rows_of(draft for _, draft in numbered)
        changes = (Change(draft.target, draft, access) for _, draft in numbered)
        units = ([unit] for unit in zip(changes, rows, strict=True))
        results = await asyncio.gather(*map(repository.writer.write, units), return_exceptions=True)
        faults: list[tuple[int, PlatformError]] = []
        for (number, _), result in zip(numbered, results, strict=True):
            if isinstance(result, PlatformError) and not isinstance(result, Unavailable):
                faults.append((number, result))
            elif isinstance(result, BaseException):  # the database is away, or the fault is ours
                raise result
        return faults


async def _unpacked(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """An input as it comes, unpacked if it begins as gzip does; TooLarge beyond ``limit`` bytes."""
    size, unpacking = 0, None
    async for chunk in chunks:
        if not size and chunk.startswith(MAGIC):
            unpacking = Gunzip(limit)
        size += len(chunk)
        if size > limit:
            raise TooLarge("An input is larger than this service accepts.")
        for piece in unpacking.feed(chunk) if unpacking else (chunk,):
            yield piece
    if unpacking:
        unpacking.close()


def _id_of(resource: dict[str, Any]) -> str:
    """An id that the same content always gets."""
    return blake2b(stored_form(resource, ""), digest_size=16).hexdigest()


def _told(number: int, error: PlatformError) -> bytes:
    """What was wrong with a line: a FHIRPath for each fault, and the line in its words."""
    faults = error.errors or (FieldError("", "", error.detail),)
    named = tuple(FieldError(one.path, one.code, f"line {number}: {one.message}") for one in faults)
    return json.encode(outcome.outcome_of_error(_same(error, named)))


def _same(error: PlatformError, faults: tuple[FieldError, ...]) -> PlatformError:
    return type(error)(error.detail, errors=faults)
