"""What comes along with a page: resources that the matches refer to, or that refer to them.

An include is a search of its own, under the caller's predicate, over the references of one page.
"""

from collections.abc import Iterable, Sequence

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.observation import kept_as
from smartbear.cdr.store.search.pages import Hit, stored
from smartbear.cdr.store.search.sql import TRUE, select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import SearchType, parameters
from smartbear.fhir.search.query import ANY_TYPE, Include
from smartbear.kit.db import Connection


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
    chosen = select(
        "r.rid, r.type_id, r.id, r.ver, r.upd",
        "resource r",
        f"r.rid IN ({found})",
        "NOT r.deleted",
        _readable(access, arguments, lookups),
        f"r.rid <> ALL({before})",
        visibility.of("r"),
    )
    size = arguments.add(limit, "bigint")
    # «+ 0»: or the planner might walk all rids in their order to save a sort.
    bodies = f"({chosen} ORDER BY r.rid + 0 LIMIT {size}) m JOIN body b ON b.rid = m.rid AND b.ver = m.ver"
    sql, values = arguments.bind(f"SELECT m.*, b.method, b.content FROM {bodies} ORDER BY m.rid")  # noqa: S608 - values travel apart
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
        narrowed.append(f"t.type_id = ANY({kinds})")
    source = "ix_ref x JOIN resource t ON t.rid = x.target"
    mine, theirs = ("x.target", "x.rid") if include.reverse else ("x.rid", "x.target")
    return select(f"{theirs} AS rid", source, f"{mine} = ANY({page})", *narrowed)


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
