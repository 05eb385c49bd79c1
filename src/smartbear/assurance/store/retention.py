"""Removing days of the trail whose time is over. For the database's owner: no component may."""

from collections.abc import Sequence
from datetime import date, datetime

from smartbear.kit.db import Connection

# The day's newest event must be under a checkpoint that is old enough: verification goes by what was signed.
_OVER = """
SELECT c.relname AS name, to_date(right(c.relname, 8), 'YYYYMMDD') AS day
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit.event'::regclass AND to_date(right(c.relname, 8), 'YYYYMMDD') < $1 ORDER BY day
"""
_IS_SIGNED = """
SELECT NOT EXISTS (
    SELECT FROM audit.event e WHERE e.at >= $1::date AND e.at < $1::date + 1 AND NOT EXISTS (
        SELECT FROM assurance.checkpoint k WHERE k.signed_at < $2 AND (k.xid, k.event) >= (e.xid, e.id)))
"""


async def over(connection: Connection, before: datetime) -> Sequence[tuple[str, date]]:
    """Partitions, and their days, of which every event was signed before this instant."""
    rows = await connection.fetch(_OVER, before.date())
    return [
        (row["name"], row["day"]) for row in rows if await connection.fetchval(_IS_SIGNED, row["day"], before)
    ]


async def remove(connection: Connection, partition: str, day: date) -> None:
    """Remove a partition that ``over`` named. What proves its events stays in the log."""
    await connection.execute(f'DROP TABLE audit."{partition}"')
    await connection.execute("DELETE FROM assurance.sighting WHERE at < $1::date + 1", day)
