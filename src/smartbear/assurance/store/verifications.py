"""Verifications that auditors have asked for, and what they found."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from smartbear.assurance.model.verification import Report
from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification; ``done`` of ``total`` events so far, and no report before it has ended."""

    id: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    told_at: datetime
    """When it was heard of last."""
    done: int
    total: int
    report: Report | None


async def add(connection: Connection, verification: str, asked_by: str, at: datetime) -> None:
    """Keep what was asked for."""
    await connection.execute(
        "INSERT INTO verification (id, asked_by, asked_at, told_at) VALUES ($1, $2, $3, $3)",
        *(verification, asked_by, at),
    )


async def alone(connection: Connection) -> None:
    """Wait for whoever else asks for one, until the transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('smartbear verification', 0))")


async def find(connection: Connection, verification: str | None = None) -> Verification | None:
    """One by its id, or the one that was asked for last."""
    row = await connection.fetchrow(
        """SELECT id::text, asked_by, asked_at, ended_at, told_at, done, total, report FROM verification
           WHERE $1::uuid IS NULL OR id = $1 ORDER BY asked_at DESC LIMIT 1""",
        verification,
    )
    if row is None:
        return None
    report = msgspec.convert(row["report"], Report) if row["report"] else None
    return Verification(**{**row, "report": report})


async def progress(connection: Connection, verification: str, done: int, total: int, at: datetime) -> None:
    """Keep how far it has come."""
    await connection.execute(
        "UPDATE verification SET done = $2, total = $3, told_at = $4 WHERE id = $1",
        *(verification, done, total, at),
    )


async def end(connection: Connection, verification: str, report: Report, at: datetime) -> None:
    """Keep what it found."""
    await connection.execute(
        "UPDATE verification SET report = $2, ended_at = $3, done = total WHERE id = $1",
        verification,
        msgspec.to_builtins(report),
        at,
    )
