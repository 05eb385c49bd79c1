"""What callers have used at all replicas together."""

from collections.abc import Mapping

from smartbear.kit.db import Connection


async def use(connection: Connection, used: Mapping[bytes, float]) -> dict[bytes, float]:
    """Note down seconds' worth of requests; caller → seconds that all replicas let it come ahead of now.

    Rows are taken in the order of their keys, so that two replicas never wait for each other.
    """
    found = await connection.fetch(
        """INSERT INTO rate (caller, until)
           SELECT caller, now() + make_interval(secs => seconds)
           FROM unnest($1::bytea[], $2::float8[]) AS used (caller, seconds) ORDER BY caller
           ON CONFLICT (caller)
           DO UPDATE SET until = greatest(rate.until, now()) + (excluded.until - now())
           RETURNING caller, extract(epoch FROM until - now())::float8 AS ahead""",
        list(used),
        list(used.values()),
    )
    return {row["caller"]: row["ahead"] for row in found}


async def forget(connection: Connection) -> None:
    """Drop what says nothing any more: a moment that has passed is a full bucket."""
    await connection.execute("DELETE FROM rate WHERE until < now()")
