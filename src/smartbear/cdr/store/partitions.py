"""Partitions by quarter: bodies by when they arrived, observations by when they were made.

Each table also has a partition for the rest; the quarters are made well before their first row is due, since
PostgreSQL refuses a new partition whose rows already lie in the rest.
"""

from datetime import UTC, datetime

from smartbear.cdr.model.rid import first_rid
from smartbear.kit.db import Connection

_QUARTERS_AHEAD = 2
_MONTHS = 3

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('smartbear cdr partitions'))"
_EXISTS = "SELECT to_regclass($1) IS NOT NULL"
_HAS_ROWS = {
    "body": "SELECT EXISTS (SELECT 1 FROM body_rest WHERE rid >= {} AND rid < {})",
    "obs": "SELECT EXISTS (SELECT 1 FROM obs_rest WHERE t0 >= {} AND t0 < {})",
}


async def ensure(connection: Connection, now: datetime) -> None:
    """Make the partitions of this quarter and the next; a quarter whose rows are in the rest stays there."""
    async with connection.transaction():
        await connection.execute(_LOCK)
        start = _quarter(now.astimezone(UTC))
        for _ in range(_QUARTERS_AHEAD):
            end = _next(start)
            name = f"{start.year}q{(start.month - 1) // _MONTHS + 1}"
            await _make(connection, "body", name, str(_rid(start)), str(_rid(end)))
            await _make(connection, "obs", name, f"'{start.isoformat()}'", f"'{end.isoformat()}'")
            start = end


async def _make(connection: Connection, table: str, name: str, first: str, end: str) -> None:
    partition = f"{table}_{name}"
    if await connection.fetchval(_EXISTS, partition):
        return
    if await connection.fetchval(_HAS_ROWS[table].format(first, end)):
        return
    await connection.execute(
        f"CREATE TABLE {partition} PARTITION OF {table} FOR VALUES FROM ({first}) TO ({end})"
        " WITH (autovacuum_vacuum_insert_scale_factor = 0.02)"  # as in the migration
    )


def _quarter(day: datetime) -> datetime:
    return datetime(day.year, (day.month - 1) // _MONTHS * _MONTHS + 1, 1, tzinfo=UTC)


def _next(quarter: datetime) -> datetime:
    month = quarter.month + _MONTHS
    return quarter.replace(year=quarter.year + month // 13, month=month % 12)


def _rid(moment: datetime) -> int:
    return first_rid(int(moment.timestamp() * 1000))
