"""What comes along with a page: resources that the matches refer to, or that refer to them.

An include is a search of its own, under the caller's predicate, over the references of one page. How many
there are the planner cannot know: OFFSET 0 has it look up each of them, or it would read all resources.
"""

from collections.abc import Iterable, Sequence

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.observation import kept_as
from smartbear.cdr.store.search.pages import Row
from smartbear.cdr.store.search.sql import TRUE, exists, select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import SearchType, parameters
from smartbear.fhir.search.query import ANY_TYPE, Include
from smartbear.kit.db import Reader

_COLUMNS = "r.rid, r.type_id, r.ver, r.upd, r.deleted, r.patient"


async def included(
    connection: Reader,
    includes: Sequence[Include],
    rids: Sequence[int],
    seen: Sequence[int],
    access: Access,
    lookups: Lookups,
    limit: int,
) -> list[Row]:
    """At most ``limit`` resources that the includes of ``rids`` add to those ``seen``."""
    arguments = Arguments()
    page, before = arguments.add(list(rids), "bigint[]"), arguments.add(list(seen), "bigint[]")
    sql, values = arguments.bind(selection(includes, page, before, access, lookups, arguments, limit))
    return await connection.fetch(sql, *values)


def selection(
    includes: Sequence[Include],
    page: str,
    seen: str,
    access: Access,
    lookups: Lookups,
    arguments: Arguments,
    limit: int,
) -> str:
    """A selection of what ``included`` promises, for two arrays of rids."""
    visibility = Visibility(access, arguments, lookups)
    found = " UNION ".join(_selection(one, page, arguments, lookups) for one in includes)
    each = select(_COLUMNS, "resource r", "r.rid = f.rid")
    chosen = select(
        "r.rid, r.ver, r.upd",
        f"({found}) f CROSS JOIN LATERAL ({each} OFFSET 0) r",
        "NOT r.deleted",
        _readable(access, arguments, lookups),
        f"r.rid <> ALL({seen})",
        visibility.of("r", access.reads),
    )
    return f"{chosen} ORDER BY r.rid LIMIT {arguments.add(limit, 'bigint')}"


def _readable(access: Access, arguments: Arguments, lookups: Lookups) -> str:
    """That a resource is of a type the caller may read."""
    if access.reads == definitions.resource_types():
        return TRUE
    return f"r.type_id = ANY({arguments.add(sorted(map(lookups.type, access.reads)), 'int[]')})"


def _selection(include: Include, page: str, arguments: Arguments, lookups: Lookups) -> str:
    """Rids at the other end of the references, each once, and each looked at once for its type."""
    by = _by(include, arguments, lookups)
    if include.reverse:
        of_type = _of_type("x.target", include, arguments, lookups)
        return select("DISTINCT x.rid", "ix_ref x", f"x.target = ANY({page})", by, of_type)
    targets = select("DISTINCT x.target AS rid", "ix_ref x", f"x.rid = ANY({page})", by)
    return select("f.rid", f"({targets}) f", _of_type("f.rid", include, arguments, lookups))


def _of_type(target: str, include: Include, arguments: Arguments, lookups: Lookups) -> str:
    targets = _targets(include)
    if targets is None:
        return TRUE
    kinds = arguments.add(sorted(lookups.type(kind) for kind in targets), "int[]")
    known = select("", "resource t", f"t.rid = {target}", f"t.type_id = ANY({kinds})")
    return exists(f"{known} OFFSET 0")


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
