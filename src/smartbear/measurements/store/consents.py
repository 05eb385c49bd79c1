"""What people's consent says, as the repository tells it."""

import asyncpg

from smartbear.contracts.events import ConsentChanged
from smartbear.kit.db import Connection


async def put(connection: Connection, change: ConsentChanged) -> None:
    """Remember when the person's data is withheld; news that come late change nothing."""
    await connection.execute(
        """INSERT INTO consent AS c (subject, number, withheld) VALUES ($1, $2, $3)
           ON CONFLICT (subject) DO UPDATE SET number = excluded.number, withheld = excluded.withheld
           WHERE c.number < excluded.number""",
        change.subject,
        change.number,
        [asyncpg.Range(span.since, span.until) for span in change.withheld],
    )
