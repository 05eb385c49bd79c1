"""What people's consent says, as the repository tells it."""

from collections.abc import Sequence

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


async def shown(connection: Connection, subjects: Sequence[str]) -> list[str]:
    """Those of some people whose data is not withheld now."""
    found = await connection.fetch(
        """SELECT s::text AS subject FROM unnest($1::uuid[]) AS s
           WHERE NOT EXISTS (SELECT FROM consent c WHERE c.subject = s AND c.withheld @> now())""",
        subjects,
    )
    return [row["subject"] for row in found]
