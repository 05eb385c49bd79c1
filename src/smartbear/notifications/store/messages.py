"""Messages of participants that have been taken on."""

from datetime import datetime, timedelta

from smartbear.kit.db import Connection

_KEPT = timedelta(days=7)


async def add(connection: Connection, account: str, key: str, digest: bytes, at: datetime) -> bytes | None:
    """Note one down; the digest of what was sent with the same key before, if anything was."""
    await connection.execute("DELETE FROM message WHERE sent_at < $1", at - _KEPT)
    added = await connection.execute(
        """INSERT INTO message (account, key, digest, sent_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING""",
        account,
        key,
        digest,
        at,
    )
    if added != "INSERT 0 0":
        return None
    known: bytes = await connection.fetchval(
        "SELECT digest FROM message WHERE account = $1 AND key = $2", account, key
    )
    return known


async def since(connection: Connection, account: str, at: datetime) -> list[datetime]:
    """When the account has sent messages since then, the oldest first."""
    found = await connection.fetch(
        "SELECT sent_at FROM message WHERE account = $1 AND sent_at > $2 ORDER BY sent_at", account, at
    )
    return [row["sent_at"] for row in found]
