"""A bulk export at work: type after type, piece after piece, each committed with the place it ends at."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from smartbear.cdr.actions.conditional import Condition, read_condition
from smartbear.cdr.actions.meaning import meant
from smartbear.cdr.model import subset
from smartbear.cdr.model.body import versioned
from smartbear.cdr.model.bulk import Export, Job, Place
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import subjects
from smartbear.cdr.store.bulk import jobs, pieces
from smartbear.cdr.store.bulk.pieces import Piece
from smartbear.cdr.store.bulk.walk import Rows, Walk, large, present, walking
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.search.lookups import look_up
from smartbear.contracts.trail import on_behalf_of
from smartbear.fhir import json
from smartbear.kit.db import Connection
from smartbear.kit.errors import Gone

_STRETCH = 100_000  # resources looked at in one transaction, which is open for no longer
_FILE = 5_000  # of them for one file: a client reads one while others come
_PIECE = 1 << 20  # bytes
_MILLISECOND = timedelta(milliseconds=1)
_SETTLE_SECONDS, _SETTLE_PAUSE = 30.0, 0.02


async def run(repository: Repository, job: Job) -> None:
    """Go on where the job was left, to the end; Gone if it was cancelled or somebody else took it up."""
    work = _Export(repository, job)
    await work.run()
    await _end(repository, job)


_Shown = list[tuple[int, int, str]]
"""rid, version and reference of what is in pieces."""


class _Export:
    """An export on its way: where it is, and the lines that are not yet in a piece.

    File 2n holds resources, file 2n + 1 what was deleted meanwhile; both belong to one walk.
    """

    def __init__(self, repository: Repository, job: Job) -> None:
        self._repository, self._job = repository, job
        self._asked = Export.read(job.asked)
        self._place = Place.read(job.place) if job.place else Place()
        self._lines: list[bytes] = []
        self._gone: list[bytes] = []
        self._shown: _Shown = []
        self._size = 0
        self._room = _FILE
        self._pieces: list[Piece] = []
        self._uncommitted = 0
        self._under_way: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Every type from where the job was left."""
        try:
            await self._walk_all()
            await self._commit()
            await self._committed()
        finally:  # what is being committed is as it should be, whatever happened after it
            if self._under_way:
                await asyncio.wait((self._under_way,))

    async def _walk_all(self) -> None:
        async with self._repository.db.connection() as connection:
            types = await present(connection, self._repository.dictionary, self._asked.types)
        for kind in types:
            if kind < self._place.type:
                continue
            if kind > self._place.type:
                self._begin_file(kind, 0)
            walk = await self._walk(kind)
            while await self._stretch(walk) == _STRETCH:
                pass

    def _begin_file(self, kind: str, rid: int) -> None:
        """The number of a file that nothing was written to is used again.

        A gap would tell that there is something the caller does not see.
        """
        self._place = Place(kind, rid, self._place.file + 2 if self._place.part else self._place.file)
        self._room = _FILE

    async def _walk(self, kind: str) -> Walk:
        asked, repository = self._asked, self._repository
        texts = [one.query for one in asked.filters if one.type == kind]
        await repository.parameters.fresh()
        read = [read_condition(repository, Condition(kind, text)) for text in texts]
        async with repository.db.connection() as connection:
            queries = [await meant(repository, connection, asked.access, query) for query in read]
            criteria = [criterion for query in queries for criterion in query.criteria]
            lookups = await look_up(
                connection, repository.dictionary, repository.rids, repository.bases, criteria, asked.access
            )
            people = [LocalId("Patient", one) for one in asked.patients or ()]
            known = await repository.rids.find(connection, people)
        return Walk(
            job=self._job.id,
            type=kind,
            access=asked.access,
            lookups=lookups,
            queries=queries,
            since=asked.since,
            until=asked.until,
            of_patients=asked.of_patients,
            patients=None if asked.patients is None else sorted(known.values()),
        )

    async def _stretch(self, walk: Walk) -> int:
        """Write what one transaction finds; returns how many resources were looked at."""
        looked = 0
        async with walking(self._repository.db, walk, self._place.rid, _STRETCH) as rows:
            async for some in rows:
                looked += len(some)
                await self._into_files(walk.type, some)
        await self._end_piece()
        return looked

    async def _into_files(self, kind: str, rows: Rows) -> None:
        while rows:
            some, rows = rows[: self._room], rows[self._room :]
            await self._take(kind, some)
            self._room -= len(some)
            if not self._room:
                await self._end_piece()
                self._begin_file(kind, self._place.rid)

    async def _take(self, kind: str, rows: Rows) -> None:
        elements, since = self._asked.elements_of(kind), self._asked.since
        for rid, resource_id, version, updated, method, size, content in rows:
            if size is not None:
                packed = (method, content) if content is not None else await self._large(rid, version)
                if packed:
                    line = versioned(unpack(*packed), kind, resource_id, version, updated)
                    self._add(self._lines, subset.of(line, None, elements) if elements else line)
                    self._shown.append((rid, version, f"{kind}/{resource_id}"))
            elif version is not None and since:
                self._add(self._gone, _deletion(kind, resource_id))
            if self._size >= _PIECE:
                self._place = replace(self._place, rid=rid)
                await self._end_piece()
        self._place = replace(self._place, rid=rows[-1]["rid"])

    def _add(self, lines: list[bytes], line: bytes) -> None:
        lines.append(line)
        self._size += len(line)

    async def _large(self, rid: int, version: int) -> tuple[int, bytes] | None:
        async with self._repository.db.connection() as connection:
            return await large(connection, rid, version)

    async def _end_piece(self) -> None:
        """Small pieces, as of types there is little of, are committed together with others."""
        if not self._size:
            return
        at = self._place
        if self._lines:
            self._pieces.append(Piece(at.file, at.part, "output", at.type, self._lines))
        if self._gone:
            self._pieces.append(Piece(at.file + 1, at.part, "deleted", at.type, self._gone))
        self._place = replace(at, part=at.part + 1)
        self._uncommitted += self._size
        self._lines, self._gone, self._size = [], [], 0
        if self._uncommitted >= _PIECE:
            await self._commit()

    async def _commit(self) -> None:
        """Begin to commit what is ready, once all before it is: the walk goes on meanwhile."""
        await self._committed()
        if self._pieces:
            self._under_way = asyncio.create_task(self._write(self._pieces, self._place, self._shown))
            self._pieces, self._shown, self._uncommitted = [], [], 0

    async def _committed(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way:
            await under_way

    async def _write(self, ready: Sequence[Piece], place: Place, shown: _Shown) -> None:
        repository, job = self._repository, self._job
        done = sum(len(piece.lines) for piece in ready if piece.purpose == "output")
        async with repository.db.transaction() as tx:
            if not await jobs.advance(tx, job, place, done, repository.context.clock.now()):
                raise Gone("The job has been cancelled, or somebody else does it.")
            if shown:
                await self._record(tx, shown)
            for piece in ready:
                await pieces.write(tx, job.id, piece)

    async def _record(self, tx: Connection, shown: _Shown) -> None:
        """Whose data is in the pieces, in the name of whoever will fetch them."""
        repository, job = self._repository, self._job
        is_research = self._asked.access.purpose == "research"
        trail = on_behalf_of(job.caller, "$export", "E", job.id, is_research=is_research)
        versions = [(rid, version) for rid, version, _ in shown]
        whose = await subjects.of(tx, repository.dictionary, versions)
        for (_, _, reference), subject in zip(shown, whose, strict=True):
            trail.saw(reference, subject)
        await repository.auditor.append(trail, tx)


def _deletion(kind: str, resource_id: str) -> bytes:
    """A line of a file of deletions (https://hl7.org/fhir/uv/bulkdata/STU2/export.html: ``deleted``)."""
    entry = {"request": {"method": "DELETE", "url": f"{kind}/{resource_id}"}}
    return json.encode({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})


async def _end(repository: Repository, job: Job) -> None:
    """Say up to which instant nothing is missing.

    That is the kick-off, unless a write that read the clock before it was committed after it: then just
    before that write, so that an export ``_since`` then has it.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + _SETTLE_SECONDS
    async with repository.db.connection() as connection:
        while not await jobs.settled(connection, job.id) and loop.time() < until:  # noqa: ASYNC110 - others' commits
            await asyncio.sleep(_SETTLE_PAUSE)
        late = await jobs.first_unseen(connection, job.id)
        begun = job.begun.replace(microsecond=job.begun.microsecond // 1000 * 1000)
        instant = min(begun, late - _MILLISECOND) if late else begun
        await jobs.end(connection, job, repository.context.clock.now(), instant=instant)
