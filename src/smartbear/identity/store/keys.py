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
    is_current: bool


async def all_keys(c: Connection) -> list[StoredKey]:
    """Keys tokens may be signed with, the current one first."""
    rows = await c.fetch("SELECT kid, sealed, public, retired_at FROM signing_key ORDER BY created_at DESC")
    return [StoredKey(row["kid"], row["sealed"], row["public"], row["retired_at"] is None) for row in rows]


async def lock(tx: Connection) -> None:
    """Let one process at a time look whether there is a key."""
    await tx.execute("LOCK TABLE signing_key IN EXCLUSIVE MODE")


async def insert(tx: Connection, key: StoredKey, now: datetime) -> None:
    """Keep a new current key; the one before it only verifies from now on."""
    await tx.execute("UPDATE signing_key SET retired_at = $1 WHERE retired_at IS NULL", now)
    await tx.execute(
        "INSERT INTO signing_key (kid, sealed, public, created_at) VALUES ($1, $2, $3, $4)",
        key.kid,
        key.sealed,
        key.public,
        now,
    )
