"""Removing for good: old versions, and everything that is left of deleted resources.

What has been expunged keeps its row in ``resource`` as if it had only been referred to: others may refer to
it, and processes remember rids. Rows that somebody is writing at the moment are passed over.
"""

from collections.abc import Sequence
from typing import NamedTuple

from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.sql import select
from smartbear.cdr.store.tables import DISCARD
from smartbear.kit.db import Connection

CHUNK = 2000
"""Resources in a transaction."""

_DELETED = ("r.deleted", "r.ver > 0")
_CHANGED = ("NOT r.deleted", "r.ver > 1")
_REMOVE = "DELETE FROM body WHERE rid = ANY($1::bigint[])"
_REMOVE_OLD = """
    DELETE FROM body b USING resource r
    WHERE r.rid = ANY($1::bigint[]) AND b.rid = r.rid AND b.ver < r.ver"""
_FORGET = """
    UPDATE resource SET ver = 0, patient = NULL, organisation = NULL, digest = NULL
    WHERE rid = ANY($1::bigint[])"""


class Range(NamedTuple):
    """Resources of a type, or the one with ``id``: the deleted ones, or those with earlier versions."""

    type: str
    id: str | None
    deleted: bool


async def count(connection: Connection, dictionary: Dictionary, range_: Range, limit: int) -> int:
    """How many versions would go if at most ``limit`` resources were seen to."""
    arguments = Arguments()
    chosen = _chosen(arguments, dictionary, range_, 0, limit)
    which = () if range_.deleted else ("b.ver < c.ver",)
    sql, values = arguments.bind(select("count(*)", f"({chosen}) c JOIN body b ON b.rid = c.rid", *which))
    found: int = await connection.fetchval(sql, *values)
    return found


async def expunge(
    tx: Connection, dictionary: Dictionary, range_: Range, after: int, limit: int
) -> tuple[list[int], int]:
    """See to at most ``limit`` resources after a rid: their rids, and how many versions went."""
    arguments = Arguments()
    sql, values = arguments.bind(
        f"{_chosen(arguments, dictionary, range_, after, limit)} FOR UPDATE SKIP LOCKED"
    )
    rids = [row["rid"] for row in await tx.fetch(sql, *values)]
    if not range_.deleted:
        return rids, _number(await tx.execute(_REMOVE_OLD, rids))
    return rids, await _remove(tx, rids)


async def _remove(tx: Connection, rids: Sequence[int]) -> int:
    removed = _number(await tx.execute(_REMOVE, rids))
    await tx.execute(DISCARD, rids)
    await tx.execute(_FORGET, rids)
    return removed


def _chosen(arguments: Arguments, dictionary: Dictionary, range_: Range, after: int, limit: int) -> str:
    conditions = [
        f"r.type_id = {arguments.add(dictionary.types[range_.type], 'int')}",
        f"r.rid > {arguments.add(after, 'bigint')}",
        *(_DELETED if range_.deleted else _CHANGED),
    ]
    if range_.id is not None:
        conditions.append(f"r.id = {arguments.add(range_.id, 'text')}")
    size = arguments.add(limit, "bigint")
    return f"{select('r.rid, r.ver', 'resource r', *conditions)} ORDER BY r.rid LIMIT {size}"


def _number(status: str) -> int:
    """Rows that a command tells of, such as «DELETE 7»."""
    return int(status.rpartition(" ")[2])
