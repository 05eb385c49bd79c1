"""The log: how far it has come, its tiles, its checkpoints and who has seen them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartbear.assurance.model.leaves import hashed
from smartbear.assurance.model.merkle import Range, leaf_hash
from smartbear.assurance.model.tiles import TileId, Tiles
from smartbear.kit.db import Connection

_LATE = timedelta(days=1)
"""How long before the last event in order a transaction may have begun that still appends one."""

_SIGHT = """
INSERT INTO sighting (mark, xid, event, at, xids, ids, ats)
SELECT mark, $4::text::xid8, $5, max(at), array_agg(xid), array_agg(id), array_agg(at)
FROM audit.event, unnest(about) AS mark
WHERE (xid, id) > ($1::text::xid8, $2::bigint) AND (xid, id) <= ($4::text::xid8, $5::bigint) AND at > $3
GROUP BY mark ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last event in order; nothing at or below it may still appear."""

    xid: int
    event: int
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """How far the log has come."""

    tree: Range
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Leaf:
    """An event with its place in the order, and its hash."""

    xid: int
    event: int
    at: datetime
    hash: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """An event as it is found, with the hash of what it says."""

    place: tuple[int, int]
    """Transaction and number, by which events are in order."""
    hash: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """A checkpoint and the events that are new in it."""

    first: int
    size: int
    ids: Sequence[int]
    xid: int
    event: int
    signed_at: datetime
    note: str


async def lock(connection: Connection) -> State | None:
    """The log, for the one who may append to it until the transaction ends; None if that is somebody else."""
    is_ours = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('smartbear audit log', 0))"
    )
    return await state(connection) if is_ours else None


async def state(connection: Connection) -> State:
    """How far the log has come; ValueError if what is kept of it cannot be true."""
    [row] = await connection.fetch("SELECT size, peaks, xid::text::bigint AS xid, event, at FROM log")
    return State(Range(row["size"], tuple(row["peaks"])), Cursor(row["xid"], row["event"], row["at"]))


async def following(connection: Connection, after: Cursor, most: int) -> list[Leaf]:
    """Events after the cursor that no other event can come before any more, in order.

    Transactions end in another order than they begin, so only those below the oldest that runs are looked at.
    """
    rows = await connection.fetch(
        """SELECT xid::text::bigint AS xid, id, at, sha256('\\x00'::bytea || record || coalesce(
             (SELECT string_agg(mark, ''::bytea ORDER BY place) FROM unnest(about) WITH ORDINALITY
              AS m (mark, place)), ''::bytea)
             || int8send((extract(epoch FROM at) * 1000000)::bigint)) AS hash FROM audit.event
           WHERE (xid, id) > ($1::text::xid8, $2) AND at > $3
             AND xid < pg_snapshot_xmin(pg_current_snapshot())
           ORDER BY xid, id LIMIT $4""",
        str(after.xid),
        after.event,
        after.at - _LATE,
        most,
    )
    return [Leaf(row["xid"], row["id"], row["at"], row["hash"]) for row in rows]


async def append(
    connection: Connection,
    after: Cursor,
    tree: Range,
    added: Mapping[TileId, bytes],
    at: datetime,
    batch: Batch,
) -> None:
    """Keep what the leaves after a place make of the log; ``at`` is when the latest of them began."""
    await connection.execute(
        "UPDATE log SET size = $1, peaks = $2, xid = $3::text::xid8, event = $4, at = greatest(at, $5)",
        tree.size,
        list(tree.peaks),
        str(batch.xid),
        batch.event,
        at,
    )
    await connection.execute(
        """INSERT INTO tile AS t SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
           ON CONFLICT (level, number) DO UPDATE SET hashes = t.hashes || excluded.hashes""",
        [level for level, _ in added],
        [number for _, number in added],
        list(added.values()),
    )
    await connection.execute(
        _SIGHT, str(after.xid), after.event, after.at - _LATE, str(batch.xid), batch.event
    )
    await connection.execute(
        "INSERT INTO checkpoint (size, first, ids, xid, event, signed_at, note)"
        " VALUES ($1, $2, $3, $4::text::xid8, $5, $6, $7)",
        batch.size,
        batch.first,
        batch.ids,
        str(batch.xid),
        batch.event,
        batch.signed_at,
        batch.note,
    )


async def tiles(connection: Connection, wanted: Collection[TileId]) -> Tiles:
    """The tiles that are there of those wanted."""
    rows = await connection.fetch(
        """SELECT level, number, hashes FROM tile
           JOIN unnest($1::smallint[], $2::bigint[]) AS w (level, number) USING (level, number)""",
        [level for level, _ in wanted],
        [number for _, number in wanted],
    )
    return Tiles({(row["level"], row["number"]): row["hashes"] for row in rows})


async def latest(connection: Connection) -> tuple[int, str]:
    """Size and note of the latest checkpoint; 0 and nothing before the first."""
    row = await connection.fetchrow("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
    return (row["size"], row["note"]) if row else (0, "")


async def note_of(connection: Connection, size: int) -> str | None:
    """The checkpoint of a size."""
    note: str | None = await connection.fetchval("SELECT note FROM checkpoint WHERE size = $1", size)
    return note


async def newest(connection: Connection, most: int) -> list[tuple[int, datetime, str]]:
    """Size, time and note of the latest checkpoints, the newest first."""
    rows = await connection.fetch(
        "SELECT size, signed_at, note FROM checkpoint ORDER BY size DESC LIMIT $1", most
    )
    return [tuple(row) for row in rows]


async def batches(connection: Connection, after: int, most: int) -> list[Batch]:
    """Checkpoints of more than ``after`` leaves, the smallest first."""
    rows = await connection.fetch(
        """SELECT first, size, ids, xid::text::bigint AS xid, event, signed_at, note
           FROM checkpoint WHERE size > $1 ORDER BY size LIMIT $2""",
        after,
        most,
    )
    return [Batch(*row) for row in rows]


async def between(connection: Connection, after: tuple[int, int], last: tuple[int, int]) -> list[Found]:
    """Every event after a place of the order, up to another one."""
    rows = await connection.fetch(
        """SELECT xid::text::bigint AS xid, id, at, record, about FROM audit.event
           WHERE (xid, id) > ($1::text::xid8, $2) AND (xid, id) <= ($3::text::xid8, $4) ORDER BY xid, id""",
        str(after[0]),
        after[1],
        str(last[0]),
        last[1],
    )
    return [
        Found((row["xid"], row["id"]), leaf_hash(hashed(row["record"], row["about"], row["at"])))
        for row in rows
    ]


async def waiting(connection: Connection, after: tuple[int, int]) -> int:
    """How many events come after a place of the order."""
    number: int = await connection.fetchval(
        "SELECT count(*) FROM audit.event WHERE (xid, id) > ($1::text::xid8, $2)", str(after[0]), after[1]
    )
    return number
