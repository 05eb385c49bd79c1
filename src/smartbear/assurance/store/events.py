"""Reading the trail: the newest events first, some at a time, with their places in the tree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartbear.assurance.model.cursor import Place
from smartbear.assurance.model.window import Window
from smartbear.kit.db import Connection

_NEWEST = """
SELECT id, xid::text::bigint AS xid, at, record, about FROM audit.event
WHERE ($1::timestamptz IS NULL OR at >= $1) AND ($2::timestamptz IS NULL OR at < $2)
  AND ($3::text IS NULL OR (xid, id) < ($3::text::xid8, $4::bigint))
  AND ($5::bytea IS NULL OR about @> ARRAY[$5]) AND ($6::bigint IS NULL OR id = $6)
ORDER BY audit.event.xid DESC, id DESC LIMIT $7
"""
_POSITIONS = """
SELECT e.id, c.first + array_position(c.ids, e.id) - 1 AS position
FROM unnest($1::text[], $2::bigint[]) AS e (xid, id) CROSS JOIN LATERAL (
    SELECT first, ids FROM checkpoint WHERE (xid, event) >= (e.xid::xid8, e.id)
    ORDER BY xid, event LIMIT 1) c
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is kept."""

    id: int
    place: Place
    at: datetime
    """By the database's clock."""
    record: bytes
    marks: Sequence[bytes]


async def newest(connection: Connection, wanted: Window, most: int) -> list[Row]:
    """The newest events in a range."""
    xid, event = wanted.before or (None, None)
    rows = await connection.fetch(
        _NEWEST,
        *(wanted.since, wanted.until, None if xid is None else str(xid), event),
        *(wanted.mark, wanted.number, most),
    )
    return [
        Row(row["id"], (row["xid"], row["id"]), row["at"], row["record"], row["about"] or ()) for row in rows
    ]


async def positions(connection: Connection, rows: Sequence[Row]) -> dict[int, int]:
    """The leaves' positions by the number of the event, of those that are in order."""
    found = await connection.fetch(_POSITIONS, [str(row.place[0]) for row in rows], [row.id for row in rows])
    return {row["id"]: row["position"] for row in found if row["position"] is not None}


async def salts(connection: Connection, names: Collection[bytes]) -> list[bytes]:
    """The salts of persons' keys that have not been erased."""
    rows = await connection.fetch("SELECT salt FROM audit.subject_key WHERE name = ANY($1)", list(names))
    return [row["salt"] for row in rows]
