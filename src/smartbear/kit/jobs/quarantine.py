"""Jobs that failed five times: seen, run again or dropped by a person."""

from dataclasses import dataclass
from datetime import datetime

from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class QuarantinedJob:
    """A job put aside. Its payload may hold personal data and is not shown."""

    number: int
    task: str
    attempts: int
    failed_at: datetime | None


async def quarantined(connection: Connection) -> list[QuarantinedJob]:
    """All jobs put aside, oldest first."""
    rows = await connection.fetch(
        """SELECT id, task_name, attempts,
                  (SELECT max(at) FROM jobs.procrastinate_events e WHERE e.job_id = j.id) AS failed_at
           FROM jobs.procrastinate_jobs j WHERE status = 'failed' ORDER BY id"""
    )
    return [QuarantinedJob(row["id"], row["task_name"], row["attempts"], row["failed_at"]) for row in rows]


async def replay(connection: Connection, number: int) -> None:
    """Give a job put aside five tries more. NotFound if there is none of that number."""
    async with connection.transaction():
        await connection.execute("SET LOCAL search_path = jobs")  # for the triggers of procrastinate
        status = await connection.execute(
            """UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, lock = NULL
               WHERE id = $1 AND status = 'failed'""",
            number,
        )
    if status == "UPDATE 0":
        raise NotFound(f"There is no quarantined job {number}.")


async def drop(connection: Connection, number: int) -> None:
    """Delete a job put aside, for good. NotFound if there is none of that number."""
    status = await connection.execute(
        "DELETE FROM jobs.procrastinate_jobs WHERE id = $1 AND status = 'failed'", number
    )
    if status == "DELETE 0":
        raise NotFound(f"There is no quarantined job {number}.")


async def worker_is_alive(connection: Connection, within: float = 15.0) -> bool:
    """Whether any worker has given a sign of life within so many seconds."""
    alive: bool = await connection.fetchval(
        """SELECT EXISTS (SELECT FROM jobs.procrastinate_workers
                          WHERE last_heartbeat > now() - make_interval(secs => $1))""",
        within,
    )
    return alive
