"""Removing everything about one person."""

from smartbear.kit.db import Connection


async def erase(tx: Connection, subject: str, account: str | None) -> int:
    """How many rows went, not counting what hangs on notices; 0 when there are none any more."""
    statuses = [
        await tx.execute("DELETE FROM notice WHERE subject = $1", subject),
        await tx.execute("DELETE FROM consent WHERE subject = $1", subject),
        await tx.execute("DELETE FROM message WHERE account = $1", account),
    ]
    return sum(int(status.rpartition(" ")[2]) for status in statuses)
