"""Indexing resources anew: after a change of the search parameters, and when somebody asks for it."""

import asyncio
from collections.abc import Iterable

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.change import Draft
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import reindexing
from smartbear.cdr.store.reindexing import Body, Job
from smartbear.cdr.store.repository import Repository
from smartbear.cdr.store.rows import Rows
from smartbear.fhir import definitions, json
from smartbear.fhir.search.extract import extract
from smartbear.kit import logs
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, Forbidden, NotFound, Unavailable

_BATCH = 200
_SECONDS = 20.0  # after which another run goes on, so that other jobs of the component get their turn
_PAUSE = 0.02
_log = logs.get("cdr")


def expect_all(access: Access) -> None:
    """Forbidden unless the caller may change everything."""
    if access.rows != "all" or not access.writes >= definitions.resource_types():
        raise Forbidden("Only those who may change everything may have resources indexed anew.")


async def ask(repository: Repository, access: Access, types: Iterable[str]) -> str:
    """Have all resources of some types indexed anew in the background; the number of the job."""
    expect_all(access)
    async with repository.db.transaction() as tx:
        return await reindexing.start(tx, repository.dictionary, types)


async def status(repository: Repository, access: Access, job: str) -> Job:
    """How a job stands."""
    expect_all(access)
    async with repository.db.connection() as connection:
        found = await reindexing.find(connection, job)
    if found is None:
        raise NotFound
    return found


async def reindex_one(repository: Repository, access: Access, target: LocalId) -> None:
    """Index one resource anew, at once; NotFound if it is not there."""
    expect_all(access)
    await repository.parameters.fresh(now=True)
    async with repository.exclusive() as tx:
        rid = await repository.rids.find_one(tx, target)
        found = await reindexing.locked(tx, repository.dictionary, [rid]) if rid else []
        if not found:
            raise NotFound
        if await _index(repository, tx, found):
            raise Conflict("The resource cannot be indexed: it is not valid any more.")


async def run(repository: Repository, job: str) -> None:
    """Work on a job for a while; goes on where the run before ended, however it ended."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _SECONDS
    await _wait_for_earlier_writers(repository)
    while await _tried(repository, job):
        if loop.time() >= until:
            async with repository.db.transaction() as tx:
                await reindexing.go_on(tx, job)
            return


async def _wait_for_earlier_writers(repository: Repository) -> None:
    """Until everything written by those who did not yet know the present search parameters can be seen."""
    async with repository.db.connection() as connection:
        until = await reindexing.bound(connection)
        while not await reindexing.have_passed(connection, until):  # noqa: ASYNC110 - others tell nobody
            await asyncio.sleep(_PAUSE)


async def _tried(repository: Repository, job: str) -> bool:
    try:
        return await _batch(repository, job)
    except (Conflict, Unavailable):  # a writer was there first, or the search parameters have changed
        await asyncio.sleep(_PAUSE)
        return True


async def _batch(repository: Repository, name: str) -> bool:
    """Index the next resources; whether there may be more."""
    await repository.parameters.fresh(now=True)
    async with repository.exclusive() as tx:
        job = await reindexing.hold(tx, name)
        if job is None or job.ended:
            return False
        rids = await reindexing.following(tx, job, _BATCH)
        if not rids:
            await reindexing.end(tx, job)
            return False
        found = await reindexing.locked(tx, repository.dictionary, rids)
        errors = await _index(repository, tx, found)
        await reindexing.advance(tx, job, rids[-1], len(found) - errors, errors)
    return True


async def _index(repository: Repository, tx: Connection, found: list[Body]) -> int:
    """How many could not be indexed; they are found as before."""
    rows: list[tuple[int, Rows]] = []
    for one in found:
        try:
            draft = Draft(one.target, one.content, b"", extract(json.decode(one.content)), None, None)
            [found_by] = await repository.rows_of([draft])
            rows.append((one.rid, found_by))
        except Exception as error:  # noqa: BLE001 - one bad resource must not stop all others
            _log.warning("not_indexed", type=one.target.type, error_type=type(error).__name__)
    await repository.writing.index_anew(tx, rows, repository.context.clock.now())
    return len(found) - len(rows)
