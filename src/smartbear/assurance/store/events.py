"""Reading the trail: the newest events first, some at a time, with their places in the tree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartbear.assurance.model.cursor import Place
from smartbear.assurance.model.window import Window
from smartbear.kit.db import Connection

_FIRST, _LAST = (0, 0), ((1 << 64) - 1, (1 << 63) - 1)  # of all places

# Conditions that always hold, rather than conditions that may be absent: an index is used for each.
_WITHIN = """
at >= coalesce($1::timestamptz, '-infinity') AND at < coalesce($2::timestamptz, 'infinity')
AND (xid, id) > ($3::text::xid8, $4::bigint) AND (xid, id) < ($5::text::xid8, $6::bigint)
"""
_NEWEST = f"""
SELECT id, xid::text::bigint AS xid, at, record, about FROM audit.event
WHERE {_WITHIN} ORDER BY audit.event.xid DESC, id DESC LIMIT $7
"""  # noqa: S608 - constants
# The person's events are found first: by the order, all events would be looked at for those of a few. What is
# not in order yet is looked through.
_ABOUT = f"""
WITH sighted AS (
    SELECT unnest(xids) AS xid, unnest(ids) AS id, unnest(ats) AS at FROM sighting WHERE mark = $8::bytea),
later AS (
    SELECT e.xid, e.id, e.at FROM audit.event e
    WHERE (e.xid, e.id) > (SELECT xid, event FROM log) AND e.at > (SELECT at - interval '1 day' FROM log)
      AND e.about @> ARRAY[$8::bytea]),
about_person AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM sighted UNION SELECT * FROM later) AS found WHERE {_WITHIN}),
newest AS (SELECT * FROM about_person ORDER BY xid DESC, id DESC LIMIT $7)
SELECT e.id, e.xid::text::bigint AS xid, e.at, e.record, e.about
FROM newest n JOIN audit.event e USING (xid, id, at) ORDER BY n.xid DESC, n.id DESC
"""  # noqa: S608 - constants
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
    (after, above), (before, below) = wanted.after or _FIRST, wanted.before or _LAST
    places = (str(after), above, str(before), below)
    statement, mark = (_NEWEST, ()) if wanted.mark is None else (_ABOUT, (wanted.mark,))
    rows = await connection.fetch(statement, wanted.since, wanted.until, *places, most, *mark)
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
