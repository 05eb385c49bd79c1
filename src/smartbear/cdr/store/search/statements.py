"""Statements of a page and of a count, and those that were made before."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.plan import Plan, plan
from smartbear.cdr.store.search.sql import select
from smartbear.fhir.search.query import Query

COLUMNS = ("m.rid", "c.type_id", "c.id", "c.ver", "c.upd", "b.method", "b.content")
BODIES = "JOIN resource c ON c.rid = m.rid JOIN body b ON b.rid = m.rid AND b.ver = c.ver"

_MOST_KEPT = 1024
_SHORT, _FEW = 1000, 100  # characters and values of a search whose statement is kept: memory is bounded


class Place(NamedTuple):
    """Where a row stands: the last match of the page before."""

    rid: int
    keys: tuple[Any, ...]


class Statement(NamedTuple):
    """A statement with its values; ``keys`` columns of sort keys follow ``COLUMNS``, then perhaps a total."""

    sql: str
    values: tuple[Any, ...]
    keys: int = 0
    counted: bool = False


def page(matches: Plan, *, limit: int, after: Place | None = None, counted: bool = False) -> Statement:
    """At most ``limit`` matches and, if ``counted``, the number of all in the same snapshot."""
    size = matches.arguments.add(limit, "bigint")
    beyond = [matches.order.after(after.keys, after.rid, matches.arguments)] if after else []
    found = select(matches.order.columns, matches.source, matches.where)
    chosen = f"{select('*', f'({found}) s', *beyond)} ORDER BY {matches.order.by} LIMIT {size}"
    keys = [f"k{n}" for n in range(len(matches.order.keys))]
    total = [f"({_count_of(matches)}) AS total"] if counted else []
    ordered = select(", ".join([*COLUMNS, *keys, *total]), f"({chosen}) m {BODIES}")
    sql, values = matches.arguments.bind(f"{ordered} ORDER BY {matches.order.by}")
    return Statement(sql, tuple(values), len(keys), counted)


def count(matches: Plan) -> Statement:
    """How many matches there are."""
    sql, values = matches.arguments.bind(_count_of(matches))
    return Statement(sql, tuple(values))


_kept: dict[Hashable, Statement] = {}


def once(
    query: Query, access: Access, lookups: Lookups, make: Callable[[Plan], Statement], shape: Hashable = None
) -> Statement:
    """What ``make`` makes of the plan, kept for those who see the same and ask the same of this ``shape``.

    A kept statement stays right: numbers of names and rids never mean anything else, and what was unknown
    then and is known now is asked for anew.
    """
    length = sum(len(name) + len(value) for name, value in query.applied)
    if length > _SHORT or lookups.size > _FEW:
        return make(plan(query, access, lookups))
    asked = (query.type, query.types, query.criteria, query.sort, query.within)
    key = (shape, asked, access, lookups.identity)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = make(plan(query, access, lookups))
    return _kept[key]


def _count_of(matches: Plan) -> str:
    return select("count(*)", matches.source, matches.where)
