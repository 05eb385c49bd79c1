"""Statements of a page and of a count, and those that were made before.

A page comes with its bodies, or as an *outline*: which versions are on it, and which come along with them,
for those who may have the bodies at hand.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.plan import Plan, plan
from smartbear.cdr.store.search.sql import select
from smartbear.fhir.search.query import Query

OUTLINE = ("rid", "ver", "upd", "along")
COLUMNS = ("m.rid", "c.type_id", "c.id", "c.ver", "c.upd", "b.method", "b.content")
BODIES = "JOIN resource c ON c.rid = m.rid JOIN body b ON b.rid = m.rid AND b.ver = c.ver"
_CURRENT = "JOIN resource c ON c.rid = m.rid"
_CURRENT_OF_MANY = "CROSS JOIN LATERAL (SELECT c.ver, c.upd FROM resource c WHERE c.rid = m.rid OFFSET 0) c"
"""For pages of a broad search: how short they are the planner cannot know, and would read all resources."""

_MOST_KEPT = 1024
_SHORT, _FEW = 1000, 100  # characters and values of a search whose statement is kept: memory is bounded


class Place(NamedTuple):
    """Where a row stands: the last match of the page before."""

    rid: int
    keys: tuple[Any, ...]


class Statement(NamedTuple):
    """A statement with its values; ``keys`` columns of sort keys come after others, then perhaps a total."""

    sql: str
    values: tuple[Any, ...]
    keys: int = 0
    counted: bool = False


def page(matches: Plan, *, limit: int, after: Place | None = None) -> Statement:
    """At most ``limit`` matches."""
    chosen, keys = _chosen(matches, limit, after), _keys(matches)
    ordered = select(", ".join([*COLUMNS, *keys]), f"({chosen}) m {BODIES}")
    sql, values = matches.arguments.bind(f"{ordered} ORDER BY {matches.order.by}")
    return Statement(sql, tuple(values), len(keys))


def outline(
    matches: Plan,
    *,
    limit: int,
    after: Place | None = None,
    counted: bool = False,
    along: Callable[[Arguments, str], str] | None = None,
) -> Statement:
    """Up to ``limit`` matches and one more, if there is one; if ``counted``, the number of all beside them.

    ``along`` selects rid, ver and upd of what comes along with an array of rids, which it is given: of the
    matches without the one more. All is of one snapshot.
    """
    keys = _keys(matches)
    total = [f"({_count_of(matches)}) AS total"] if counted else []
    current = _CURRENT_OF_MANY if matches.is_broad else _CURRENT
    source = f"({_chosen(matches, limit + 1, after)}) m {current}"
    found = select(", ".join(["m.rid", "c.ver", "c.upd", "FALSE AS along", *keys, *total]), source)
    if along:
        found, order = _with(matches, found, limit, along, keys, total), f"along, {matches.order.by}"
    else:
        order = matches.order.by
    sql, values = matches.arguments.bind(f"{found} ORDER BY {order}")
    return Statement(sql, tuple(values), len(keys), counted)


def _with(
    matches: Plan,
    found: str,
    limit: int,
    along: Callable[[Arguments, str], str],
    keys: Sequence[str],
    total: Sequence[str],
) -> str:
    """What is ``found``, and what comes along with it."""
    size = matches.arguments.add(limit, "bigint")
    shown = f"ARRAY({select('f.rid', 'found f')} ORDER BY {matches.order.by} LIMIT {size})"
    others = ", ".join(["i.rid", "i.ver", "i.upd", "TRUE", *("NULL" for _ in (*keys, *total))])
    more = select(others, f"({along(matches.arguments, shown)}) i")
    return f"WITH found AS MATERIALIZED ({found}) {select('*', 'found')} UNION ALL {more}"


def _chosen(matches: Plan, limit: int, after: Place | None) -> str:
    size = matches.arguments.add(limit, "bigint")
    beyond = [matches.order.after(after.keys, after.rid, matches.arguments)] if after else []
    found = select(matches.order.columns, matches.source, matches.where)
    return f"{select('*', f'({found}) s', *beyond)} ORDER BY {matches.order.by} LIMIT {size}"


def _keys(matches: Plan) -> list[str]:
    return [f"k{n}" for n in range(len(matches.order.keys))]


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
    asked = (query.type, query.types, query.criteria, query.sort, query.within, query.includes)
    key = (shape, asked, access, lookups.identity)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = make(plan(query, access, lookups))
    return _kept[key]


def _count_of(matches: Plan) -> str:
    return select("count(*)", matches.source, matches.where)
