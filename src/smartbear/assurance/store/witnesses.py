"""What became of showing the log to its witnesses, and what this one has seen as a witness of others."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from smartbear.kit.db import Connection, Database

State = Literal["current", "unreachable", "refused", "inconsistent"]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness, as it answered last."""

    name: str
    size: int
    """Of the tree it has seen."""
    state: State
    at: datetime
    """When it was last asked."""


@asynccontextmanager
async def alone(db: Database, name: str) -> AsyncIterator[Connection | None]:
    """A connection, for the one who speaks with a witness; None for whoever comes while somebody does."""
    async with db.transaction() as connection:  # it writes nothing, so it holds nobody's order up
        is_alone = await connection.fetchval(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('smartbear witness ' || $1, 0))", name
        )
        yield connection if is_alone else None


async def seen(connection: Connection, name: str) -> int:
    """The size of the tree that a witness has seen, as far as it is known here."""
    size: int | None = await connection.fetchval("SELECT size FROM witness WHERE name = $1", name)
    return size or 0


async def put(connection: Connection, witness: Witness) -> None:
    """Keep what became of the latest try."""
    await connection.execute(
        """INSERT INTO witness VALUES ($1, $2, $3, $4)
           ON CONFLICT (name) DO UPDATE SET size = $2, state = $3, at = $4""",
        witness.name,
        witness.size,
        witness.state,
        witness.at,
    )


async def every(connection: Connection) -> Sequence[Witness]:
    """All witnesses that were ever asked."""
    return [Witness(*row) for row in await connection.fetch("SELECT * FROM witness ORDER BY name")]


async def sign(connection: Connection, size: int, witness: str, line: str) -> None:
    """Keep a witness's signature of a checkpoint."""
    await connection.execute(
        "INSERT INTO cosignature VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", size, witness, line
    )


async def signatures(connection: Connection, sizes: Sequence[int]) -> dict[int, list[str]]:
    """The lines of witnesses' signatures by size of the checkpoint."""
    rows = await connection.fetch(
        "SELECT size, line FROM cosignature WHERE size = ANY($1) ORDER BY size, witness", sizes
    )
    found: dict[int, list[str]] = {size: [] for size in sizes}
    for row in rows:
        found[row["size"]].append(row["line"])
    return found


async def hold(connection: Connection, origin: str) -> str | None:
    """The checkpoint of another log that was seen last, for one transaction at a time."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('smartbear log ' || $1, 0))", origin
    )
    note: str | None = await connection.fetchval("SELECT note FROM witnessed WHERE origin = $1", origin)
    return note


async def remember(connection: Connection, origin: str, size: int, note: str, at: datetime) -> None:
    """Keep the checkpoint of another log as the one seen last."""
    await connection.execute(
        """INSERT INTO witnessed VALUES ($1, $2, $3, $4)
           ON CONFLICT (origin) DO UPDATE SET size = $2, note = $3, at = $4""",
        origin,
        size,
        note,
        at,
    )
