"""Writing jobs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.kit.db import Connection

_DEFER = "SELECT jobs.defer($1, $2, $3, $4::jsonb, $5, $6)"
_FORGET = "SELECT jobs.forget($1)"


@dataclass(frozen=True, slots=True)
class Ask:
    """A task to be run, and the component that does it; urgent ones go before all others that wait."""

    queue: str
    task: str
    urgent: bool = False


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
    [number] = await defer_each(tx, [Ask(queue, task)], payload, run_at=run_at, lock=lock)
    return number


async def defer_each(
    tx: Connection,
    asked: Sequence[Ask],
    payload: Any,
    *,
    run_at: datetime | None = None,
    lock: str | None = None,
) -> list[int]:
    """Like ``defer``, for several tasks with one payload, in one statement."""
    numbers: list[int] = await tx.fetchval(
        _DEFER,
        [ask.queue for ask in asked],
        [ask.task for ask in asked],
        [int(ask.urgent) for ask in asked],
        payload,
        run_at,
        lock,
    )
    return numbers


async def forget(tx: Connection, names: Sequence[str]) -> int:
    """Delete the jobs that speak of a person by any of these names; for ``users`` alone.

    Returns how many there were, those included that somebody is doing at the moment and that stay.
    """
    found: int = await tx.fetchval(_FORGET, list(names))
    return found
