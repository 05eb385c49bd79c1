"""The job table as a worker sees it: a few statements, each for as many jobs as there are at the moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from smartbear.kit.db import Connection, owner
from smartbear.kit.jobs.schema import CHANNEL, SCHEMA

# Nobody waits for the log here: a claim or an end that a crash undoes means that a job runs again, no more.
_SESSION = f"""
SET search_path = {SCHEMA}; SET application_name = 'smartbear jobs'; SET synchronous_commit = off
"""
_CLAIM = """
WITH due AS (
    SELECT id FROM procrastinate_jobs j
    WHERE status = 'todo' AND queue_name = ANY($1) AND (scheduled_at IS NULL OR scheduled_at <= now())
      AND (lock IS NULL OR NOT EXISTS (
          SELECT FROM procrastinate_jobs o WHERE o.lock = j.lock AND (o.status = 'doing'
              OR o.status = 'todo' AND (o.priority, -o.id) > (j.priority, -j.id))))
    ORDER BY priority DESC, id LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE procrastinate_jobs j SET status = 'doing', worker_id = $2 FROM due WHERE j.id = due.id
RETURNING j.id AS number, j.task_name AS task, j.attempts, j.args->'payload' AS payload, j.priority
"""
_STALLED = """
SELECT j.id AS number, j.task_name AS task, j.attempts, NULL AS payload
FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing'
  AND (w.id IS NULL OR w.last_heartbeat < clock_timestamp() - make_interval(secs => $1))
ORDER BY j.id
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a worker has taken."""

    number: int
    task: str
    attempts: int
    """Before this one."""
    payload: Any


class Queue:
    """One connection to the job table, for one coroutine at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def register(self, dead_after: float) -> int:
        """The number of a new worker; workers without a sign of life for ``dead_after`` seconds are gone."""
        await self._connection.execute("SELECT procrastinate_prune_stalled_workers_v1($1)", dead_after)
        worker: int = await self._connection.fetchval("SELECT procrastinate_register_worker_v1()")
        return worker

    async def unregister(self, worker: int) -> None:
        """The worker has ended; what it still has counts as stalled."""
        await self._connection.execute("SELECT procrastinate_unregister_worker_v1($1)", worker)

    async def sign_of_life(self, worker: int) -> None:
        """The worker is alive."""
        await self._connection.execute("SELECT procrastinate_update_heartbeat_v1($1)", worker)

    async def claim(self, worker: int, queues: Sequence[str], most: int) -> list[Job]:
        """Take up to ``most`` jobs that are due, the urgent ones first."""
        rows = await self._connection.fetch(_CLAIM, queues, worker, most)
        rows.sort(key=lambda row: (-row["priority"], row["number"]))
        return [_job(row) for row in rows]

    async def finish(self, numbers: Sequence[int]) -> None:
        """Remove jobs that are done."""
        await self._connection.execute("DELETE FROM procrastinate_jobs WHERE id = ANY($1)", numbers)

    async def retry(self, job: Job, pause: float, lock: str | None = None) -> None:
        """Have a job tried again after ``pause`` seconds, with another lock if one is given."""
        await self._connection.execute(
            """SELECT procrastinate_retry_job_v2(
                   $1, clock_timestamp() + make_interval(secs => $2), NULL, NULL, $3)""",
            job.number,
            pause,
            lock,
        )

    async def put_aside(self, job: Job) -> None:
        """Keep a job as failed, which is the quarantine."""
        await self._connection.execute("SELECT procrastinate_finish_job_v1($1, 'failed', false)", job.number)

    async def give_back(self, numbers: Sequence[int]) -> None:
        """Let others do jobs that were taken and not ended; it does not count as a try."""
        await self._connection.execute(
            """UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL
               WHERE id = ANY($1) AND status = 'doing'""",
            numbers,
        )

    async def stalled(self, dead_after: float) -> list[Job]:
        """Jobs, without payload, whose worker is gone or has given no sign of life for so many seconds."""
        return [_job(row) for row in await self._connection.fetch(_STALLED, dead_after)]

    async def listen(self, news: asyncio.Event) -> None:
        """Set ``news`` whenever jobs have been deferred, and when the connection ends."""
        await self._connection.add_listener(CHANNEL, lambda *_: news.set())
        self._connection.add_termination_listener(lambda *_: news.set())


def _job(row: Any) -> Job:
    payload = orjson.loads(row["payload"]) if row["payload"] else None
    return Job(row["number"], row["task"], row["attempts"], payload)


@asynccontextmanager
async def open_queue(url: str) -> AsyncIterator[Queue]:
    """The job table while the block runs; Unavailable if the database cannot be reached."""
    async with owner(url) as connection:
        await connection.execute(_SESSION)
        yield Queue(connection)
