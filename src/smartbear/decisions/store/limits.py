"""Limits set for a person, with their history."""

from typing import Any

from smartbear.decisions.model.band import Band
from smartbear.decisions.model.limits import PersonalLimit
from smartbear.kit.db import Connection


async def history(connection: Connection, subject: str) -> list[PersonalLimit]:
    """All limits ever set for a person, the oldest first."""
    rows = await connection.fetch(
        """SELECT measure, component, unit, optimal, extreme, red, since, set_by::text
           FROM personal_limit WHERE subject = $1 ORDER BY since""",
        subject,
    )
    return [_limit(row) for row in rows]


async def add(connection: Connection, subject: str, limit: PersonalLimit) -> None:
    """Set a limit from its ``since`` on; a second one of the same instant takes the first one's place."""
    await connection.execute(
        """INSERT INTO personal_limit
               (subject, measure, component, since, unit, optimal, extreme, red, set_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (subject, measure, component, since) DO UPDATE
           SET optimal = excluded.optimal, extreme = excluded.extreme, red = excluded.red,
               set_by = excluded.set_by""",
        subject,
        limit.measure,
        limit.component,
        limit.since,
        limit.unit,
        _ends(limit.optimal),
        _ends(limit.extreme),
        _ends(limit.red) if limit.red else None,
        limit.set_by,
    )


def _ends(band: Band) -> list[float]:
    return [band.low, band.high]


def _limit(row: Any) -> PersonalLimit:
    values = dict(row)
    for name in ("optimal", "extreme", "red"):
        values[name] = Band(low=row[name][0], high=row[name][1]) if row[name] else None
    return PersonalLimit(**values)
