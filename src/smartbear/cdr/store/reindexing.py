"""Jobs that index resources anew, batch by batch in the order of rids.

A batch and how far the job has come are one transaction, so a job that is killed goes on where it was.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.kit.db import Connection
from smartbear.kit.jobs import defer

QUEUE, TASK = "cdr", "cdr.reindex"

_START = """
    INSERT INTO reindex_job (id, generation, types, started, place, last, total, done, errors)
    SELECT gen_random_uuid()::text, coalesce($1, c.generation), $2, now(), 0,
        (SELECT coalesce(max(rid), 0) FROM resource),
        (SELECT coalesce(sum(delta), 0) FROM type_delta WHERE type_id = ANY($2)), 0, 0
    FROM catalogue c RETURNING id"""
_FORGET = "DELETE FROM reindex_job WHERE ended < now() - interval '30 days'"
_JOB = "SELECT * FROM reindex_job WHERE id = $1"
_HOLD = f"{_JOB} FOR UPDATE"
_NEXT = """
    SELECT rid FROM resource WHERE type_id = ANY($1) AND rid > $2 AND rid <= $3 AND NOT deleted
    ORDER BY rid LIMIT $4"""
_LOCK = """
    SELECT rid FROM resource WHERE rid = ANY($1) AND NOT deleted ORDER BY type_id, id FOR UPDATE"""
# in the order of all writers, so that no two wait for each other
_BODIES = """
    SELECT r.rid, r.type_id, r.id, b.method, b.content
    FROM resource r JOIN body b ON b.rid = r.rid AND b.ver = r.ver WHERE r.rid = ANY($1)"""
_ADVANCE = "UPDATE reindex_job SET place = $2, done = done + $3, errors = errors + $4 WHERE id = $1"
_END = "UPDATE reindex_job SET ended = now(), total = done + errors WHERE id = $1"
_READY = """
    WITH ready AS (
        UPDATE search_parameter SET ready = true
        WHERE NOT ready AND generation <= $1 AND NOT EXISTS (
            SELECT FROM reindex_job j WHERE j.ended IS NULL AND j.generation = search_parameter.generation)
        RETURNING rid)
    UPDATE catalogue SET edition = edition + 1 WHERE EXISTS (SELECT FROM ready)"""
_BOUND = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
_PASSED = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8"


class Job(NamedTuple):
    """A job as it stands: ``done`` and ``errors`` of ``total`` resources."""

    id: str
    generation: int
    types: list[int]
    started: datetime
    ended: datetime | None
    place: int
    last: int
    total: int
    done: int
    errors: int


class Body(NamedTuple):
    """The current version of a resource."""

    rid: int
    target: LocalId
    content: bytes


async def start(
    tx: Connection, dictionary: Dictionary, types: Iterable[str], generation: int | None = None
) -> str:
    """Have all resources of some types indexed anew once ``tx`` commits; the number of the job.

    ``generation`` is the catalogue's whose parameters are ready then; by default the present one.
    """
    await tx.execute(_FORGET)
    numbers = sorted(dictionary.types[one] for one in types)
    job: str = await tx.fetchval(_START, generation, numbers)
    await defer(tx, queue=QUEUE, task=TASK, payload={"job": job}, lock=TASK)
    return job


async def go_on(tx: Connection, job: str) -> None:
    """Have the rest done by another run."""
    await defer(tx, queue=QUEUE, task=TASK, payload={"job": job}, lock=TASK)


async def find(connection: Connection, job: str) -> Job | None:
    """How a job stands."""
    row = await connection.fetchrow(_JOB, job)
    return row and Job(**row)


async def hold(tx: Connection, job: str) -> Job | None:
    """A job, which nobody else can work on until ``tx`` ends."""
    row = await tx.fetchrow(_HOLD, job)
    return row and Job(**row)


async def following(tx: Connection, job: Job, size: int) -> list[int]:
    """The rids that come next, in their order."""
    rows = await tx.fetch(_NEXT, job.types, job.place, job.last, size)
    return [row["rid"] for row in rows]


async def locked(tx: Connection, dictionary: Dictionary, rids: list[int]) -> list[Body]:
    """The current versions of those that are still there, which stay so until ``tx`` ends."""
    held = [row["rid"] for row in await tx.fetch(_LOCK, rids)]
    return [
        Body(
            row["rid"],
            LocalId(dictionary.type_names[row["type_id"]], row["id"]),
            unpack(row["method"], row["content"]),
        )
        for row in await tx.fetch(_BODIES, held)
    ]


async def advance(tx: Connection, job: Job, place: int, done: int, errors: int) -> None:
    """Note how far a job has come."""
    await tx.execute(_ADVANCE, job.id, place, done, errors)


async def end(tx: Connection, job: Job) -> None:
    """A job has come to its end; the parameters it was for can be asked for."""
    await tx.execute(_END, job.id)
    await tx.execute(_READY, job.generation)


async def bound(connection: Connection) -> str:
    """Where the transactions that have begun by now end."""
    found: str = await connection.fetchval(_BOUND)
    return found


async def have_passed(connection: Connection, until: str) -> bool:
    """Whether all transactions before a ``bound`` have ended: what they wrote can be seen."""
    passed: bool = await connection.fetchval(_PASSED, until)
    return passed
