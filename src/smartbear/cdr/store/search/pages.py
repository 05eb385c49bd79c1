"""Running a plan: a page of matches with their bodies, and a count."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg

from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.search.plan import Plan
from smartbear.cdr.store.search.sql import select
from smartbear.kit.db import Connection

_BODIES = "JOIN resource c ON c.rid = m.rid JOIN body b ON b.rid = m.rid AND b.ver = c.ver"


class Hit(NamedTuple):
    """A match, and where it stands in the order."""

    rid: int
    keys: tuple[Any, ...]
    stored: Stored


class Place(NamedTuple):
    """The last match of the page before."""

    rid: int
    keys: tuple[Any, ...]


async def page(
    connection: Connection,
    dictionary: Dictionary,
    plan: Plan,
    *,
    limit: int,
    after: Place | None,
    counted: bool,
    seconds: float,
) -> tuple[list[Hit], int | None]:
    """At most ``limit`` matches and, if ``counted``, the number of all in the same snapshot."""
    size = plan.arguments.add(limit, "bigint")
    beyond = [plan.order.after(after.keys, after.rid, plan.arguments)] if after else []
    matches = select(plan.order.columns, plan.source, plan.where)
    chosen = f"{select('*', f'({matches}) s', *beyond)} ORDER BY {plan.order.by} LIMIT {size}"
    keys = [f"k{n}" for n in range(len(plan.order.keys))]
    columns = ", ".join(["m.rid", "c.type_id", "c.id", "c.ver", "c.upd", "b.method", "b.content", *keys])
    total = f", ({_count_of(plan)}) AS total" if counted else ""
    ordered = select(columns + total, f"({chosen}) m {_BODIES}")
    sql, values = plan.arguments.bind(f"{ordered} ORDER BY {plan.order.by}")
    rows = await connection.fetch(sql, *values, timeout=seconds)
    hits = [Hit(row["rid"], tuple(_key(row[key]) for key in keys), stored(dictionary, row)) for row in rows]
    return hits, rows[0]["total"] if counted and rows else None


async def count(connection: Connection, plan: Plan, seconds: float) -> int:
    """How many matches there are."""
    sql, values = plan.arguments.bind(_count_of(plan))
    found: int = await connection.fetchval(sql, *values, timeout=seconds)
    return found


async def bodies(
    connection: Connection, dictionary: Dictionary, rids: Sequence[int]
) -> list[tuple[int, Stored]]:
    """The current versions of some resources that are still there, in the order of their rids."""
    rows = await connection.fetch(_BY_RID, list(rids))
    return [(row["rid"], stored(dictionary, row)) for row in rows]


_BY_RID = f"""
    SELECT m.rid, c.type_id, c.id, c.ver, c.upd, b.method, b.content
    FROM unnest($1::bigint[]) AS m (rid) {_BODIES} WHERE NOT c.deleted
    ORDER BY m.rid"""  # noqa: S608 - a constant above


def _key(value: Any) -> Any:
    """A sort key as it can be sent back: asyncpg reads the infinities as instants without a zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _count_of(plan: Plan) -> str:
    return select("count(*)", plan.source, plan.where)


def stored(dictionary: Dictionary, row: asyncpg.Record) -> Stored:
    """A resource of a row with its body."""
    target = LocalId(dictionary.type_names[row["type_id"]], row["id"])
    return Stored(target, row["ver"], row["upd"], unpack(row["method"], row["content"]), None)
