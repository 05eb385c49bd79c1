"""Signing keys, sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartbear.kit.db import Connection


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key pair whose private half is encrypted."""

    kid: str
    sealed: bytes
    public: dict[str, Any]
    signs_from: datetime


async def all_keys(c: Connection, stopped_after: datetime) -> list[StoredKey]:
    """The newest first, but for keys that stopped signing before that instant."""
    rows = await c.fetch(
        """SELECT kid, sealed, public, signs_from FROM signing_key
           WHERE retired_at IS NULL OR retired_at > $1 ORDER BY signs_from DESC""",
        stopped_after,
    )
    return [StoredKey(row["kid"], row["sealed"], row["public"], row["signs_from"]) for row in rows]


async def lock(tx: Connection) -> None:
    """Let one process at a time look whether there is a key."""
    await tx.execute("LOCK TABLE signing_key IN EXCLUSIVE MODE")


async def insert(tx: Connection, key: StoredKey, now: datetime) -> None:
    """Keep a key; those before it stop signing when it begins."""
    await tx.execute("UPDATE signing_key SET retired_at = least(retired_at, $1)", key.signs_from)
    await tx.execute(
        "INSERT INTO signing_key (kid, sealed, public, signs_from, created_at) VALUES ($1, $2, $3, $4, $5)",
        key.kid,
        key.sealed,
        key.public,
        key.signs_from,
        now,
    )


async def forget(tx: Connection, stopped_before: datetime) -> None:
    """Delete keys that stopped signing before that instant, or at it: what they signed is refused."""
    await tx.execute("DELETE FROM signing_key WHERE retired_at <= $1", stopped_before)
