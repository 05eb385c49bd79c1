"""Writing a job inside the caller's transaction."""

from datetime import datetime
from typing import Any

from smartbear.kit.db import Connection

_DEFER = "SELECT jobs.defer($1, $2, $3::jsonb, $4, $5)"


async def defer(
    tx: Connection,
    *,
    queue: str,
    task: str,
    payload: dict[str, Any],
    run_at: datetime | None = None,
    lock: str | None = None,
) -> int:
    """Ask for ``task`` to be run after ``tx`` commits; returns the job's number.

    ``queue`` is the component that does the work. Jobs with the same ``lock`` run one at a time, in order.
    """
    number: int = await tx.fetchval(_DEFER, queue, task, payload, run_at, lock)
    return number
