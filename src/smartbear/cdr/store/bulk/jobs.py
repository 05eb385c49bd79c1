"""The rows of bulk jobs. A run writes as the try that it is; one that another has replaced writes nothing."""

from datetime import datetime
from typing import Any

import asyncpg

from smartbear.cdr.model.bulk import Job, Kind, Place
from smartbear.kit.db import Connection

_COLUMNS = "id, kind, caller, request, asked, begun, tries, touched, place, resources, ended, instant, fault"
_ADD = """
    INSERT INTO bulk_job (id, kind, caller, request, asked, begun, touched)
    VALUES ($1, $2, $3, $4, $5, $6, $6)"""
_ACTIVE = "SELECT count(*) FROM bulk_job WHERE caller = $1 AND kind = $2 AND ended IS NULL AND touched > $3"
_FIND = f"SELECT {_COLUMNS} FROM bulk_job WHERE id = $1"  # noqa: S608 - a constant above
_TAKE = f"""
    UPDATE bulk_job SET tries = tries + 1, touched = $2 WHERE id = $1 AND ended IS NULL
    RETURNING {_COLUMNS}"""  # noqa: S608 - a constant above
_ADVANCE = """
    UPDATE bulk_job SET place = $3, resources = resources + $4, touched = $5
    FROM (SELECT set_config('synchronous_commit', 'off', true)) for_this_transaction
    WHERE id = $1 AND tries = $2 AND ended IS NULL"""
_END = """
    UPDATE bulk_job SET ended = $3, touched = $3, instant = $4, fault = $5
    WHERE id = $1 AND tries = $2 AND ended IS NULL"""
_UNSEEN = """
    SELECT min(b.upd) FROM bulk_job j JOIN body b
        ON b.xid >= pg_snapshot_xmin(j.seen) AND NOT pg_visible_in_snapshot(b.xid, j.seen)
    WHERE j.id = $1"""
_DROP_ENDED = "DELETE FROM bulk_job WHERE ended < $1 OR touched < $1 - interval '1 day'"
_SETTLED = """
    SELECT pg_snapshot_xmin(pg_current_snapshot()) >= pg_snapshot_xmax(seen) FROM bulk_job WHERE id = $1"""
_ONE_ROW = "UPDATE 1"


async def add(
    tx: Connection, job: str, kind: Kind, caller: str, request: str, asked: Any, now: datetime
) -> None:
    """A new job; an export is of what this transaction sees."""
    await tx.execute(_ADD, job, kind, caller, request, asked, now)


async def active(tx: Connection, caller: str, kind: Kind, since: datetime) -> int:
    """How many jobs a caller has under way, not counting those that have shown no progress ``since``."""
    found: int = await tx.fetchval(_ACTIVE, caller, kind, since)
    return found


async def find(connection: Connection, job: str) -> Job | None:
    """A job, whoever's it is."""
    return _job(await connection.fetchrow(_FIND, job))


async def take(connection: Connection, job: str, now: datetime) -> Job | None:
    """The job for a new try; None if it has ended or is gone."""
    return _job(await connection.fetchrow(_TAKE, job, now))


async def advance(tx: Connection, job: Job, place: Place, resources: int, now: datetime) -> bool:
    """Note how far this try has come; False if it is no longer the one that counts.

    Nobody waits for the log: a crash undoes this together with what ``tx`` wrote beside it.
    """
    return await tx.execute(_ADVANCE, job.id, job.tries, place.kept(), resources, now) == _ONE_ROW


async def end(
    connection: Connection, job: Job, now: datetime, instant: datetime | None = None, fault: str | None = None
) -> bool:
    """The job is complete, or has failed for good."""
    return await connection.execute(_END, job.id, job.tries, now, instant, fault) == _ONE_ROW


async def drop(connection: Connection, job: str) -> None:
    """Remove a job and its files; one that is running notices at its next piece."""
    await connection.execute("DELETE FROM bulk_job WHERE id = $1", job)


async def drop_ended(connection: Connection, before: datetime) -> None:
    """Remove what ended before an instant, and what showed its last sign of life a day before it."""
    await connection.execute(_DROP_ENDED, before)


async def settled(connection: Connection, job: str) -> bool:
    """Whether every transaction that was under way when the job began has ended."""
    found: bool | None = await connection.fetchval(_SETTLED, job)
    return found is not False


async def first_unseen(connection: Connection, job: str) -> datetime | None:
    """The instant of the earliest version written since that the job does not see."""
    found: datetime | None = await connection.fetchval(_UNSEEN, job)
    return found


def _job(row: "asyncpg.Record | None") -> Job | None:
    return Job(**dict(row)) if row else None
