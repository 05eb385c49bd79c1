"""What came on which day from what."""

from collections.abc import Sequence
from datetime import date, datetime

from smartbear.kit.db import Connection
from smartbear.measurements.model.reading import Row
from smartbear.measurements.model.rows import Visible
from smartbear.measurements.model.view import Share


async def count(tx: Connection, rows: Sequence[Row]) -> None:
    """Add new readings of one subject and device to the days they were measured on."""
    first = rows[0].reading
    await tx.execute(
        """INSERT INTO arrival AS a (subject, device_id, category, day, readings, last_measured_at)
           SELECT $1, $2, category, day, count(*), max(measured_at)
           FROM unnest($3::text[], $4::date[], $5::timestamptz[]) AS r (category, day, measured_at)
           GROUP BY category, day ORDER BY category, day
           ON CONFLICT (subject, day, category, device_id) DO UPDATE
           SET readings = a.readings + excluded.readings,
               last_measured_at = greatest(a.last_measured_at, excluded.last_measured_at)""",
        first.subject,
        first.device_id,
        [row.category for row in rows],
        [row.day for row in rows],
        [row.reading.measured_at for row in rows],
    )


async def last_readings(
    connection: Connection, device_ids: Sequence[str], *, own: bool
) -> dict[str, datetime]:
    """Device time of the newest reading of each device, withheld ones only for their ``own`` person."""
    found = await connection.fetch(
        """SELECT d.device_id, newest.last_measured_at
           FROM unnest($1::uuid[]) AS d (device_id) CROSS JOIN LATERAL (
               SELECT last_measured_at FROM arrival a WHERE a.device_id = d.device_id
                   AND ($2 OR NOT EXISTS (
                       SELECT FROM consent c WHERE c.subject = a.subject AND c.withheld @> now()))
               ORDER BY day DESC, last_measured_at DESC LIMIT 1) AS newest""",
        device_ids,
        own,
    )
    return {str(row["device_id"]): row["last_measured_at"] for row in found}


async def shares(connection: Connection, visible: Visible, first: date, last: date) -> list[Share]:
    """For each day and category of device among the visible people: how many had one, how many were heard."""
    found = await connection.fetch(
        """WITH people AS (
                SELECT subject FROM cared WHERE $1 OR organisation = ANY($2::uuid[]) OR subject = $3),
            day AS (SELECT generate_series($4::date, $5::date, interval '1 day')::date AS day),
            expected AS (
                SELECT category, day, array_agg(DISTINCT subject) AS subjects
                FROM day JOIN holding ON assigned_from::date <= day
                     AND (assigned_to IS NULL OR assigned_to::date >= day)
                JOIN people USING (subject) GROUP BY category, day)
            SELECT category, day, cardinality(subjects) AS expected,
                   (SELECT count(DISTINCT subject) FROM arrival a WHERE a.subject = ANY(e.subjects)
                     AND a.day = e.day AND a.category = e.category) AS came
            FROM expected e""",
        visible.everything,
        visible.organisations,
        visible.subject,
        first,
        last,
    )
    return [Share(row["category"], row["day"], row["expected"], row["came"]) for row in found]


async def total(connection: Connection, visible: Visible, first: date, last: date) -> int:
    """Readings of the visible people measured on these days."""
    found: int = await connection.fetchval(
        """SELECT coalesce(sum(readings), 0) FROM arrival JOIN cared USING (subject)
           WHERE ($1 OR organisation = ANY($2::uuid[]) OR subject = $3) AND day BETWEEN $4 AND $5""",
        visible.everything,
        visible.organisations,
        visible.subject,
        first,
        last,
    )
    return found
