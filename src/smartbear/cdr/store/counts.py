"""How many resources of a type there are; for those who see all of them, without counting."""

from collections.abc import Collection
from typing import Any

from smartbear.cdr.model.access import BY_CONTEXT, Access
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.kit.db import Connection, Reader

_TOTAL = "SELECT coalesce(sum(delta), 0)::bigint FROM type_delta WHERE type_id = $1"
_TOTALS = "SELECT type_id, sum(delta)::bigint AS number FROM type_delta GROUP BY type_id"
_FOLD = """
    WITH folded AS (DELETE FROM type_delta RETURNING type_id, delta)
    INSERT INTO type_delta (type_id, delta) SELECT type_id, sum(delta) FROM folded GROUP BY type_id"""


async def of_type(connection: Reader, dictionary: Dictionary, resource_type: str) -> int:
    """The exact number in this snapshot."""
    found: int = await connection.fetchval(_TOTAL, dictionary.types[resource_type])
    return found


async def by_type(
    connection: Reader, dictionary: Dictionary, access: Access, lookups: Lookups, seconds: float
) -> dict[str, int]:
    """The exact numbers of what the caller sees; types without any are absent."""
    whole = access.reads if access.is_whole else frozenset(filter(access.sees_all_of, access.reads))
    found = await _totals(connection, dictionary, whole) if whole else {}
    for some in (access.reads - whole - {BY_CONTEXT}, (access.reads - whole) & {BY_CONTEXT}):
        if some:  # apart, since each has a predicate of its own that an index answers
            sql, values = _scoped(access, some, lookups)
            rows = await connection.fetch(sql, *values, timeout=seconds)
            found |= {dictionary.type_names[row["type_id"]]: row["number"] for row in rows}
    return {name: number for name, number in sorted(found.items()) if number}


async def _totals(connection: Reader, dictionary: Dictionary, types: Collection[str]) -> dict[str, int]:
    rows = await connection.fetch(_TOTALS)
    named = ((dictionary.type_names[row["type_id"]], row["number"]) for row in rows)
    return {name: number for name, number in named if name in types}


def _scoped(access: Access, types: Collection[str], lookups: Lookups) -> tuple[str, list[Any]]:
    arguments = Arguments()
    numbers = arguments.add(sorted(lookups.type(kind) for kind in types), "int[]")
    seen = Visibility(access, arguments, lookups).of("r", types)
    counted = select(
        "r.type_id, count(*) AS number", "resource r", f"r.type_id = ANY({numbers})", "NOT r.deleted", seen
    )
    return arguments.bind(f"{counted} GROUP BY r.type_id")


async def fold(connection: Connection) -> None:
    """Put all changes since the last time into one row for each type; two at once do no harm."""
    await connection.execute(_FOLD)
