"""How far the subscriptions have come in the sequence of changes, and being told of new ones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.kit.db import FAULTS, Connection, Database

CHANGES, MATCHES = "cdr_changes", "cdr_matches"
_LAST = 2**63 - 1
_AT_ONCE = 4  # deliveries under way, so that slow endpoints leave room for other jobs
_FORGOTTEN = timedelta(minutes=2)  # a delivery reports back long before

_NEW = """
    SELECT i.rid, i.access, r.id FROM ix_subscription i JOIN resource r ON r.rid = i.rid
    LEFT JOIN subscription s ON s.rid = i.rid WHERE s.ver IS DISTINCT FROM r.ver"""
_SETTLE = f"""
    INSERT INTO subscription (rid, ver, active, xid, after_rid, after_ver, due)
    SELECT $1, $2, $3, b.xid, {_LAST}, 0, $4 FROM body b WHERE b.rid = $1 AND b.ver = $5
    ON CONFLICT (rid) DO UPDATE SET ver = $2, active = $3, failures = 0, due = $4, queued = NULL"""  # noqa: S608 - a constant
_FORGET = "DELETE FROM subscription s WHERE NOT EXISTS (SELECT FROM ix_subscription i WHERE i.rid = s.rid)"
_DUE = """
    UPDATE subscription s SET queued = $1 WHERE s.rid IN (
        SELECT s.rid FROM subscription s
        WHERE s.active AND (s.queued IS NULL OR s.queued < $2) AND s.due <= $1 AND (s.failures > 0 OR EXISTS (
            SELECT FROM body b WHERE b.xid >= s.xid AND b.xid < pg_snapshot_xmin(pg_current_snapshot())
                AND (b.xid, b.rid, b.ver) > (s.xid, s.after_rid, s.after_ver)))
        ORDER BY s.due LIMIT greatest(0, $3 - (
            SELECT count(*) FROM subscription o WHERE o.active AND o.queued >= $2))
        FOR UPDATE SKIP LOCKED)
    RETURNING s.rid"""
_TAKE = """
    SELECT s.rid, r.id, s.ver, i.access, s.xid::text AS xid, s.after_rid, s.after_ver, s.failures
    FROM subscription s JOIN ix_subscription i ON i.rid = s.rid
    JOIN resource r ON r.rid = s.rid AND r.ver = s.ver
    WHERE s.rid = $1 AND s.active"""
_RELEASE = "UPDATE subscription SET queued = NULL, due = greatest(due, $2) WHERE rid = $1"
_ADVANCE = """
    UPDATE subscription s SET xid = $3::text::xid8, after_rid = $4, after_ver = $5, failures = 0
    FROM resource r WHERE s.rid = $1 AND s.ver = $2 AND r.rid = s.rid AND r.ver = s.ver"""
_FAIL = "UPDATE subscription SET failures = $3, due = $4 WHERE rid = $1 AND ver = $2"
_LIVE = """
    SELECT i.access FROM ix_subscription i JOIN resource r ON r.rid = i.rid
    WHERE r.type_id = $1 AND r.id = $2"""


class Place(NamedTuple):
    """A place in the sequence of changes."""

    xid: str
    rid: int
    ver: int


class Running(NamedTuple):
    """An active subscription, as a delivery takes it up."""

    rid: int
    id: str
    ver: int
    access: Access
    place: Place
    failures: int


class Unseen(NamedTuple):
    """A subscription that has changed since anybody looked."""

    rid: int
    target: LocalId
    access: Access


async def unseen(connection: Connection) -> list[Unseen]:
    """Subscriptions whose present version has not been looked at."""
    rows = await connection.fetch(_NEW)
    return [Unseen(row["rid"], LocalId("Subscription", row["id"]), _access(row["access"])) for row in rows]


async def settle(
    connection: Connection, rid: int, version: int, since: int, due: datetime, *, active: bool
) -> None:
    """The subscription is now as ``version`` says. A new one gets what changes after version ``since``."""
    await connection.execute(_SETTLE, rid, version, active, due, since)


async def forget(connection: Connection) -> None:
    """Remove what is known of deleted subscriptions."""
    await connection.execute(_FORGET)


async def due(tx: Connection, now: datetime) -> list[int]:
    """Subscriptions for which there is something to look at, a few at a time; from now on somebody does."""
    return [row["rid"] for row in await tx.fetch(_DUE, now, now - _FORGOTTEN, _AT_ONCE)]


async def release(connection: Connection, rid: int, now: datetime) -> None:
    """Nobody looks after the subscription now; what has changed meanwhile is for the next delivery."""
    await connection.execute(_RELEASE, rid, now)
    await connection.execute("SELECT pg_notify($1, '')", CHANGES)


async def count_active(connection: Connection) -> int:
    """How many subscriptions there are to deliver to."""
    found: int = await connection.fetchval("SELECT count(*) FROM subscription WHERE active")
    return found


async def take(connection: Connection, rid: int) -> Running | None:
    """The subscription, unless it is no longer active or has changed."""
    row = await connection.fetchrow(_TAKE, rid)
    if row is None:
        return None
    place = Place(row["xid"], row["after_rid"], row["after_ver"])
    return Running(row["rid"], row["id"], row["ver"], _access(row["access"]), place, row["failures"])


async def advance(connection: Connection, running: Running, place: Place) -> bool:
    """Everything up to a place is done with; False if the subscription is no longer what it was."""
    return await connection.execute(_ADVANCE, running.rid, running.ver, *place) == "UPDATE 1"


async def fail(connection: Connection, running: Running, failures: int, again: datetime) -> None:
    """The notification that comes next has failed so many times in a row."""
    await connection.execute(_FAIL, running.rid, running.ver, failures, again)


async def access_of(connection: Connection, dictionary: Dictionary, subscription: str) -> Access | None:
    """What a subscription may tell; None if there is none of this id."""
    row = await connection.fetchrow(_LIVE, dictionary.types["Subscription"], subscription)
    return row and _access(row["access"])


async def horizon(connection: Connection) -> Place:
    """The place below which every transaction has ended, so that nothing can appear there any more."""
    xid = await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    return Place(xid, -1, 0)


async def changes(
    connection: Connection, running: Running, kind: str, lookups: Lookups, end: Place, limit: int
) -> list[tuple[Place, Stored]]:
    """Versions of a type between the subscription's place and another, that its scope allows, in order."""
    arguments = Arguments()
    start = [arguments.add(running.place.xid, "text::xid8"), arguments.add(running.place.rid, "bigint")]
    start.append(arguments.add(running.place.ver, "int"))
    conditions = (
        f"b.xid >= {start[0]}",
        f"b.xid < {arguments.add(end.xid, 'text::xid8')}",
        f"(b.xid, b.rid, b.ver) > ({', '.join(start)})",
        f"r.type_id = {arguments.add(lookups.type(kind), 'int')}",
        "b.content IS NOT NULL",
        Visibility(running.access, arguments, lookups).of("b", {kind}),
    )
    columns = "b.xid::text AS xid, b.rid, b.ver, b.upd, b.method, b.content, r.id"
    found = select(columns, "body b JOIN resource r ON r.rid = b.rid", *conditions)
    size = arguments.add(limit, "bigint")
    sql, values = arguments.bind(f"{found} ORDER BY b.xid, b.rid, b.ver LIMIT {size}")
    rows = await connection.fetch(sql, *values)
    return [
        (
            Place(row["xid"], row["rid"], row["ver"]),
            Stored(
                LocalId(kind, row["id"]), row["ver"], row["upd"], unpack(row["method"], row["content"]), None
            ),
        )
        for row in rows
    ]


async def may_tell(connection: Connection, running: Running, kind: str, lookups: Lookups, at: Place) -> bool:
    """Whether a change that was read before may still be told: a delivery takes a while."""
    if running.access.purpose is None:
        return True
    arguments = Arguments()
    version = (f"b.rid = {arguments.add(at.rid, 'bigint')}", f"b.ver = {arguments.add(at.ver, 'int')}")
    seen = Visibility(running.access, arguments, lookups).of("b", {kind})
    sql, values = arguments.bind(select("b.ver", "body b", *version, seen))
    return await connection.fetchval(sql, *values) is not None


async def tell(connection: Connection, subscription: str) -> None:
    """Tell every process that a subscription has matched; those who are bound to it are pinged."""
    await connection.execute("SELECT pg_notify($1, $2)", MATCHES, subscription)


@asynccontextmanager
async def listening(
    db: Database, changed: Callable[[], None], matched: Callable[[str], None]
) -> AsyncIterator[asyncio.Event]:
    """Call back on changes and matches while the block runs; the event is set when the connection is lost."""
    lost = asyncio.Event()

    def on_change(*_: object) -> None:
        changed()

    def on_match(_connection: object, _process: int, _channel: str, payload: object) -> None:
        matched(str(payload))

    def on_end(_connection: object) -> None:
        lost.set()
        changed()

    async with db.connection() as connection:
        try:  # cut off while it is being added, a listener is there already
            connection.add_termination_listener(on_end)
            await connection.add_listener(CHANGES, on_change)
            await connection.add_listener(MATCHES, on_match)
            yield lost
        finally:
            with suppress(*FAULTS):
                connection.remove_termination_listener(on_end)
                await connection.remove_listener(CHANGES, on_change)
                await connection.remove_listener(MATCHES, on_match)


def _access(kept: str) -> Access:
    return msgspec.json.decode(kept, type=Access)
