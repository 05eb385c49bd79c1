"""Removing everything about one person."""

from smartbear.contracts.erasure import PART
from smartbear.kit.db import Connection

_MANY = f"""
    DELETE FROM reading WHERE reading_id IN (
        SELECT reading_id FROM reading WHERE subject = $1 LIMIT {PART})"""  # noqa: S608 - a number
_FEW = tuple(
    f"DELETE FROM {table} WHERE subject = $1"  # noqa: S608 - names from the list below
    for table in ("batch", "arrival", "holding", "consent", "person")
)


async def erase(tx: Connection, subject: str) -> int:
    """How many rows went; 0 when there are none any more."""
    statuses = [await tx.execute(statement, subject) for statement in (_MANY, *_FEW)]
    return sum(int(status.rpartition(" ")[2]) for status in statuses)
