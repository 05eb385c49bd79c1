"""Readings: stored once, found by person, code and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson

from smartbear.contracts.readings import Reading
from smartbear.kit.db import Connection
from smartbear.measurements.model.cursor import Cursor
from smartbear.measurements.model.reading import Row
from smartbear.measurements.model.view import StoredReading, Tile

_MINUTE = timedelta(minutes=1)


async def add(tx: Connection, rows: Sequence[Row], batch_id: str) -> list[str]:
    """Store what is new; returns for each row the id it is stored under, its own only if it is new.

    Rows go in by key, so that two transactions with the same readings wait for each other, not in a circle.
    """
    stored = await tx.fetch(_ADD, *_columns(rows), batch_id)
    ids = [row.reading.reading_id for row in rows]
    fresh = {str(row["reading_id"]) for row in stored}
    missing = [number for number, reading_id in enumerate(ids) if reading_id not in fresh]
    if missing:
        found = await _ids_of(tx, [rows[number] for number in missing])
        for number, reading_id in zip(missing, found, strict=True):
            ids[number] = reading_id
    return ids


_ADD = """
INSERT INTO reading (reading_id, subject, device_id, code, measured_at, utc_offset, signature, value, unit,
                     components, amount, amount2, entry, stored_at, received_at, batch_id)
SELECT r.reading_id, r.subject, r.device_id, r.code, r.measured_at, r.utc_offset, r.signature, r.value,
       r.unit, r.components::jsonb, r.amount, r.amount2, r.entry, r.stored_at, r.received_at, $16
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::smallint[], $7::text[],
            $8::double precision[], $9::text[], $10::text[], $11::double precision[], $12::double precision[],
            $13::text[], $14::timestamptz[], $15::timestamptz[])
     AS r (reading_id, subject, device_id, code, measured_at, utc_offset, signature, value, unit,
           components, amount, amount2, entry, stored_at, received_at)
ORDER BY r.subject, r.code, r.measured_at, r.device_id, r.signature, r.reading_id
ON CONFLICT (subject, code, measured_at, device_id, signature) DO NOTHING
RETURNING reading_id
"""


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*(_values(row) for row in rows), strict=True)]


def _values(row: Row) -> tuple[Any, ...]:
    reading = row.reading
    parts = [part.model_dump() for part in reading.components]
    offset = (reading.measured_at.utcoffset() or timedelta()) // _MINUTE
    return (
        reading.reading_id,
        reading.subject,
        reading.device_id,
        reading.code,
        reading.measured_at,
        offset,
        row.signature,
        reading.value,
        reading.unit,
        orjson.dumps(parts).decode() if parts else None,
        row.amount,
        row.amount2,
        reading.entry,
        reading.stored_at,
        reading.received_at,
    )


async def _ids_of(tx: Connection, rows: Sequence[Row]) -> list[str]:
    """Ids under which measurements are stored, in the order asked."""
    found = await tx.fetch(
        """SELECT r.reading_id FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
               WITH ORDINALITY AS q (subject, device_id, code, measured_at, signature, n)
           JOIN reading r USING (subject, code, measured_at, signature)
           WHERE r.device_id IS NOT DISTINCT FROM q.device_id ORDER BY q.n""",
        [row.reading.subject for row in rows],
        [row.reading.device_id for row in rows],
        [row.reading.code for row in rows],
        [row.reading.measured_at for row in rows],
        [row.signature for row in rows],
    )
    return [str(row["reading_id"]) for row in found]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of one person's readings: newest first, ``limit`` of them after the cursor."""

    subject: str
    codes: tuple[str, ...]
    since: datetime
    until: datetime
    """Not included."""
    after: Cursor
    limit: int


async def page(connection: Connection, wanted: Wanted) -> list[StoredReading]:
    """The readings asked for. One index scan for each code, so the cost follows the page, not the history."""
    found = await connection.fetch(
        _PAGE,
        wanted.subject,
        list(wanted.codes),
        wanted.since,
        wanted.until,
        wanted.after.measured_at,
        wanted.after.reading_id,
        wanted.limit,
    )
    return [_stored(row) for row in found]


_PAGE = """
SELECT r.*, (SELECT h.label FROM holding h WHERE h.device_id = r.device_id LIMIT 1) AS label
FROM unnest($2::text[]) AS wanted (code) CROSS JOIN LATERAL (
    SELECT * FROM reading r
    WHERE r.subject = $1 AND r.code = wanted.code
      AND r.measured_at >= $3 AND r.measured_at < $4
      AND r.measured_at <= $5 AND (r.measured_at, r.reading_id) < ($5, $6)
    ORDER BY r.measured_at DESC, r.reading_id DESC LIMIT $7) AS r
ORDER BY r.measured_at DESC, r.reading_id DESC LIMIT $7
"""


def _stored(row: Any) -> StoredReading:
    zone = timezone(row["utc_offset"] * _MINUTE)
    reading = Reading(
        reading_id=str(row["reading_id"]),
        subject=str(row["subject"]),
        device_id=str(row["device_id"]) if row["device_id"] else None,
        code=row["code"],
        value=row["value"],
        unit=row["unit"],
        components=row["components"] or (),
        measured_at=row["measured_at"].astimezone(zone),
        stored_at=row["stored_at"],
        received_at=row["received_at"].astimezone(UTC),
        entry=row["entry"],
    )
    return StoredReading(reading=reading, batch_id=str(row["batch_id"]), label=row["label"])


async def latest(connection: Connection, subject: str, codes: Sequence[str]) -> dict[str, StoredReading]:
    """The newest reading of each code, by device time; codes never read are absent."""
    found = await connection.fetch(
        """SELECT r.*, (SELECT h.label FROM holding h WHERE h.device_id = r.device_id LIMIT 1) AS label
            FROM unnest($2::text[]) AS wanted (code) CROSS JOIN LATERAL (
                SELECT * FROM reading r WHERE r.subject = $1 AND r.code = wanted.code
                ORDER BY r.measured_at DESC LIMIT 1) AS r""",
        subject,
        codes,
    )
    return {row["code"]: _stored(row) for row in found}


async def daily(connection: Connection, subject: str, codes: Sequence[str], since: datetime) -> list[Tile]:
    """What each of the device's days holds of each code, oldest first."""
    found = await connection.fetch(
        """SELECT code, (measured_at + utc_offset * interval '1 minute')::date AS day,
                  max(measured_at) AS at, max(utc_offset) AS utc_offset,
                  avg(amount) AS mean, sum(amount) AS sum, max(amount) AS max, avg(amount2) AS mean2
           FROM reading WHERE subject = $1 AND code = ANY($2) AND measured_at >= $3
           GROUP BY code, day ORDER BY code, day""",
        subject,
        codes,
        since,
    )
    return [_tile(row) for row in found]


def _tile(row: Any) -> Tile:
    zone = timezone(row["utc_offset"] * _MINUTE)
    totals = {"mean": row["mean"], "sum": row["sum"], "max": row["max"]}
    return Tile(code=row["code"], at=row["at"].astimezone(zone), totals=totals, mean2=row["mean2"])
