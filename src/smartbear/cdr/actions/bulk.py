"""Bulk jobs as whoever started them sees them: started, asked about, cancelled, and removed in the end."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.bulk import Job, Kind
from smartbear.cdr.store import locks
from smartbear.cdr.store.bulk import jobs
from smartbear.cdr.store.repository import Repository
from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound, TooManyRequests
from smartbear.kit.jobs import defer

STALLED = timedelta(minutes=10)
"""A job without a sign of progress for so long has failed, whatever became of the one who ran it."""

_HOLD = 1.0  # seconds a question about a job may wait for its end
_FIRST_LOOK, _LONGEST_PAUSE = 0.005, 0.05


async def start(repository: Repository, kind: Kind, caller: str, request: str, asked: Any) -> str:
    """Have a job run soon; TooManyRequests if the caller has as many as allowed under way."""
    async with repository.db.transaction() as tx:
        job = await register(repository, tx, kind, caller, request, asked)
        await launch(tx, job)
    return job


async def register(
    repository: Repository, tx: Connection, kind: Kind, caller: str, request: str, asked: Any
) -> str:
    """A job that does not run yet; TooManyRequests as above, however many ask at once."""
    now = repository.context.clock.now()
    await locks.take(tx, [f"bulk {kind} {caller}"])
    await jobs.drop_ended(tx, now - _kept(repository))
    if await jobs.active(tx, caller, kind, now - STALLED) >= repository.settings.bulk_jobs:
        raise TooManyRequests(f"You have as many {kind}s under way as you may.", retry_after=10)
    job = repository.context.new_id()
    await jobs.add(tx, job, kind, caller, request, asked, now)
    return job


async def launch(tx: Connection, job: str) -> None:
    """Have a registered job run."""
    await defer(tx, queue="cdr", task="cdr.bulk.run", payload={"job": job})


async def find(repository: Repository, kind: Kind, caller: str, access: Access, job_id: str) -> Job:
    """The caller's job; NotFound also if the caller may by now see less than it was started for."""
    async with repository.db.connection() as connection:
        job = await jobs.find(connection, job_id)
    if job is None or (job.kind, job.caller) != (kind, caller) or _is_over(repository, job):
        raise NotFound("There is no such job, or it is not yours.")
    if not access.covers(msgspec.convert(job.asked["access"], Access)):
        raise NotFound("There is no such job, or it is not yours.")
    return job


async def outcome(repository: Repository, kind: Kind, caller: str, access: Access, job_id: str) -> Job:
    """``find``, which waits a moment for a job that is about to end."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + _HOLD, _FIRST_LOOK
    while True:
        job = await find(repository, kind, caller, access, job_id)
        if job.ended or is_stalled(repository, job) or loop.time() >= until:
            return job
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


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
    return job.ended is None and job.touched < repository.context.clock.now() - STALLED


def expires(repository: Repository, job: Job) -> datetime:
    """When the job and its files will be removed."""
    return job.touched + _kept(repository)


def _is_over(repository: Repository, job: Job) -> bool:
    return expires(repository, job) <= repository.context.clock.now()


def _kept(repository: Repository) -> timedelta:
    return timedelta(hours=repository.settings.bulk_hours)
