"""What comes along with a page: resources that the matches refer to, or that refer to them.

An include is a search of its own, under the caller's predicate, over the references of one page. How many
there are the planner cannot know: OFFSET 0 has it look up each of them, or it would read all resources.
"""

from collections.abc import Iterable, Sequence

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.observation import kept_as
from smartbear.cdr.store.search.pages import Hit, stored
from smartbear.cdr.store.search.sql import TRUE, exists, select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import SearchType, parameters
from smartbear.fhir.search.query import ANY_TYPE, Include
from smartbear.kit.db import Connection

_COLUMNS = "r.rid, r.type_id, r.id, r.ver, r.upd, r.deleted, r.patient"


async def included(
    connection: Connection,
    includes: Sequence[Include],
    rids: Sequence[int],
    seen: Sequence[int],
    access: Access,
    lookups: Lookups,
    limit: int,
) -> list[Hit]:
    """At most ``limit`` resources that the includes of ``rids`` add to those ``seen`` already."""
    arguments = Arguments()
    visibility = Visibility(access, arguments, lookups)
    page = arguments.add(list(rids), "bigint[]")
    before = arguments.add(list(seen), "bigint[]")
    found = " UNION ".join(_selection(one, page, arguments, lookups) for one in includes)
    each = select(_COLUMNS, "resource r", "r.rid = f.rid")
    chosen = select(
        "r.*",
        f"({found}) f CROSS JOIN LATERAL ({each} OFFSET 0) r",
        "NOT r.deleted",
        _readable(access, arguments, lookups),
        f"r.rid <> ALL({before})",
        visibility.of("r", access.reads),
    )
    size = arguments.add(limit, "bigint")
    bodies = f"({chosen} ORDER BY r.rid LIMIT {size}) m JOIN body b ON b.rid = m.rid AND b.ver = m.ver"
    columns = "m.rid, m.type_id, m.id, m.ver, m.upd, b.method, b.content"
    sql, values = arguments.bind(f"SELECT {columns} FROM {bodies} ORDER BY m.rid")  # noqa: S608 - values travel apart
    rows = await connection.fetch(sql, *values)
    return [Hit(row["rid"], (), stored(lookups.dictionary, row)) for row in rows]


def _readable(access: Access, arguments: Arguments, lookups: Lookups) -> str:
    """That a resource is of a type the caller may read."""
    if access.reads == definitions.resource_types():
        return TRUE
    return f"r.type_id = ANY({arguments.add(sorted(map(lookups.type, access.reads)), 'int[]')})"


def _selection(include: Include, page: str, arguments: Arguments, lookups: Lookups) -> str:
    narrowed = [_by(include, arguments, lookups)]
    targets = _targets(include)
    if targets is not None:
        kinds = arguments.add(sorted(lookups.type(kind) for kind in targets), "int[]")
        target = select("", "resource t", "t.rid = x.target", f"t.type_id = ANY({kinds})")
        narrowed.append(exists(f"{target} OFFSET 0"))
    mine, theirs = ("x.target", "x.rid") if include.reverse else ("x.rid", "x.target")
    return select(f"DISTINCT {theirs} AS rid", "ix_ref x", f"{mine} = ANY({page})", *narrowed)


def _by(include: Include, arguments: Arguments, lookups: Lookups) -> str:
    """Which references are followed."""
    source = include.source
    if source == ANY_TYPE:
        return TRUE
    codes = [include.parameter.code] if include.parameter else list(_references(source))
    numbers = {lookups.parameter(source, kept_as(source, code)) for code in codes}
    return f"x.param = ANY({arguments.add(sorted(numbers), 'int[]')})"


def _references(resource_type: str) -> Iterable[str]:
    found = parameters(resource_type).items()
    return (code for code, parameter in found if parameter.type is SearchType.REFERENCE)


def _targets(include: Include) -> Iterable[str] | None:
    """Types the references must point at; None if any will do."""
    if include.target:
        return (include.target,)
    return include.parameter.targets if include.parameter and include.parameter.targets else None
