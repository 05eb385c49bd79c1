"""The kick-off of a bulk import: from addresses, or of lines that are sent along."""

from collections.abc import AsyncIterator, Sequence

from smartbear.cdr.actions import bulk
from smartbear.cdr.model.access import Access
from smartbear.cdr.model.bulk import UNFETCHED, Import, Place, Source
from smartbear.cdr.model.ndjson import Lines
from smartbear.cdr.store.bulk import jobs, pieces
from smartbear.cdr.store.bulk.pieces import Piece
from smartbear.cdr.store.repository import Repository
from smartbear.kit.errors import Forbidden


async def from_addresses(
    repository: Repository, access: Access, sources: Sequence[Source], *, caller: str, kick_off: str
) -> str:
    """Start an import of what the addresses answer; returns the number of the job."""
    asked = Import(_as_writer(access), tuple(sources), Place(part=UNFETCHED))
    return await bulk.start(repository, "import", caller, kick_off, asked.kept())


async def from_body(
    repository: Repository, access: Access, chunks: AsyncIterator[bytes], *, caller: str, kick_off: str
) -> str:
    """Start an import of NDJSON as it comes; the job begins when all of it is here."""
    asked = Import(_as_writer(access), (Source(""),), Place())
    async with repository.db.transaction() as tx:
        job = await bulk.register(repository, tx, "import", caller, kick_off, asked.kept())
    try:
        await _keep(repository, job, chunks)
    except BaseException:  # whatever broke the upload off: half of it is not to be imported
        async with repository.db.connection() as connection:
            await jobs.drop(connection, job)
        raise
    async with repository.db.transaction() as tx:
        await bulk.launch(tx, job, caller)
    return job


async def _keep(repository: Repository, job: str, chunks: AsyncIterator[bytes]) -> None:
    lines, part = Lines(repository.settings.resource_bytes), 0
    async for chunk in chunks:
        for piece in lines.feed(chunk):
            await _write(repository, job, part, piece)
            part += 1
    for piece in lines.close():
        await _write(repository, job, part, piece)


async def _write(repository: Repository, job: str, part: int, lines: Sequence[bytes]) -> None:
    async with repository.db.connection() as connection:
        await pieces.write(connection, job, Piece(0, part, "input", "", lines))


def _as_writer(access: Access) -> Access:
    """The access of an import; Forbidden for those who may not write for the whole system."""
    if access.rows != "all" or not access.writes:
        raise Forbidden("Only a client that writes for the whole system may import.")
    return access
