"""Batches as received, and the answers that replays get again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Received:
    """A request to store a batch: who sent which bytes under which key."""

    batch_id: str
    caller: str
    key: str
    digest: bytes
    """SHA-256 of the body."""
    payload: bytes
    """The body, compressed."""
    subject: str
    device_id: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to the first request under a key."""

    digest: bytes
    answer: dict[str, Any]


async def answered(connection: Connection, caller: str, key: str) -> Answered | None:
    """The answer a key was used for, if it was."""
    row = await connection.fetchrow(
        "SELECT digest, answer FROM batch WHERE caller = $1 AND idempotency_key = $2", caller, key
    )
    return Answered(row["digest"], row["answer"]) if row else None


async def add(tx: Connection, received: Received, answer: dict[str, Any]) -> bool:
    """Keep a batch and its answer; waits for a request with the same key. False if that one was stored."""
    taken = await tx.execute(
        """INSERT INTO batch
               (batch_id, caller, idempotency_key, digest, subject, device_id, received_at, payload, answer)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (caller, idempotency_key) DO NOTHING""",
        received.batch_id,
        received.caller,
        received.key,
        received.digest,
        received.subject,
        received.device_id,
        received.received_at,
        received.payload,
        answer,
    )
    return taken == "INSERT 0 1"
