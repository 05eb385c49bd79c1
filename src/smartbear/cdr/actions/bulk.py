"""Bulk jobs as whoever started them sees them: started, asked about, cancelled, and removed in the end."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import msgspec

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.bulk import Job, Kind
from smartbear.cdr.store import consents, locks
from smartbear.cdr.store.bulk import jobs
from smartbear.cdr.store.repository import Repository
from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound, TooManyRequests
from smartbear.kit.jobs import defer

STALLED, WAITING = timedelta(minutes=10), timedelta(hours=1)
"""A job that has begun and shows no progress for so long has failed, whatever became of who ran it; one that
waits for its turn may wait longer."""

_NO_JOB = "There is no such job, or it is not yours."
_LANES = 2  # bulk jobs that run at the same time; a client's own always follow one another
_HOLD = 1.0  # seconds a question about a job may wait for its end
_SHORT, _LONG = 0.01, 0.25  # seconds between two looks: a fiftieth of the job's age, within these


async def start(repository: Repository, kind: Kind, caller: str, request: str, asked: Any) -> str:
    """Have a job run soon; TooManyRequests if the caller has as many as allowed under way."""
    async with repository.db.transaction() as tx:
        job = await register(repository, tx, kind, caller, request, asked)
        await launch(tx, job, caller)
    return job


async def register(
    repository: Repository, tx: Connection, kind: Kind, caller: str, request: str, asked: Any
) -> str:
    """A job that does not run yet; TooManyRequests as above, however many ask at once."""
    now = repository.context.clock.now()
    await locks.take(tx, [f"bulk {kind} {caller}"])
    await jobs.drop_ended(tx, now - _kept(repository))
    if await jobs.active(tx, caller, kind, now - WAITING) >= repository.settings.bulk_jobs:
        raise TooManyRequests(f"You have as many {kind}s under way as you may.", retry_after=10)
    job = repository.context.new_id()
    await jobs.add(tx, job, kind, caller, request, asked, now)
    return job


async def launch(tx: Connection, job: str, caller: str) -> None:
    """Have a registered job run after those in its lane: the worker has more urgent things to do too."""
    lane = f"cdr bulk {crc32(caller.encode()) % _LANES}"
    await defer(tx, queue="cdr", task="cdr.bulk.run", payload={"job": job}, lock=lane)


async def find(repository: Repository, kind: Kind, caller: str, access: Access, job_id: str) -> Job:
    """The caller's job; NotFound also if the caller may by now see less than it was started for.

    So an export ends for its caller when a person withdraws whose data it may hold.
    """
    async with repository.db.connection() as connection:
        job = await jobs.find(connection, job_id)
        if job is None or (job.kind, job.caller) != (kind, caller) or _is_over(repository, job):
            raise NotFound(_NO_JOB)
        asked = msgspec.convert(job.asked["access"], Access)
        if not access.covers(asked) or await consents.has_lost(connection, asked, job_id):
            raise NotFound(_NO_JOB)
    return job


async def outcome(repository: Repository, kind: Kind, caller: str, access: Access, job_id: str) -> Job:
    """``find``, which waits a moment for a job that is about to end."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _HOLD
    while True:
        job = await find(repository, kind, caller, access, job_id)
        if job.ended or is_stalled(repository, job) or loop.time() >= until:
            return job
        age = (repository.context.clock.now() - job.begun).total_seconds()
        await asyncio.sleep(min(max(_SHORT, age / 50), _LONG))


async def cancel(repository: Repository, kind: Kind, caller: str, access: Access, job_id: str) -> None:
    """Stop a job and remove its files."""
    job = await find(repository, kind, caller, access, job_id)
    async with repository.db.connection() as connection:
        await jobs.drop(connection, job.id)


async def remove_expired(repository: Repository) -> None:
    """Remove jobs whose time is over, with their files."""
    async with repository.db.connection() as connection:
        await jobs.drop_ended(connection, repository.context.clock.now() - _kept(repository))


def is_stalled(repository: Repository, job: Job) -> bool:
    """Whether a job that should be running shows no sign of it."""
    patience = STALLED if job.tries else WAITING
    return job.ended is None and job.touched < repository.context.clock.now() - patience


def expires(repository: Repository, ended: datetime) -> datetime:
    """When a job that has ended, and its files, will be removed."""
    return ended + _kept(repository)


def _is_over(repository: Repository, job: Job) -> bool:
    return job.ended is not None and expires(repository, job.ended) <= repository.context.clock.now()


def _kept(repository: Repository) -> timedelta:
    return timedelta(hours=repository.settings.bulk_hours)
