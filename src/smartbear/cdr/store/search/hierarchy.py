"""Resources above and below others, by the parameter that says of what a resource is part."""

from collections.abc import Iterable

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir.search.match import PART_OF
from smartbear.kit.db import Reader

_MOST = 10_000  # resources; a tree of places or organisations is far smaller


async def relatives(
    connection: Reader, lookups: Lookups, access: Access, starts: Iterable[LocalId], *, below: bool
) -> list[LocalId]:
    """The resources themselves and what is below (or above) them, as far as the caller sees."""
    starts = [one for one in starts if one.type in access.reads]
    if not starts:
        return []
    arguments = Arguments()
    visibility = Visibility(access, arguments, lookups)
    kinds = arguments.add([lookups.type(one.type) for one in starts], "int[]")
    names = arguments.add([one.id for one in starts], "text[]")
    keys = arguments.add(sorted(_keys(lookups, {one.type for one in starts})), "int[]")
    there, here = ("x.rid", "x.target") if below else ("x.target", "x.rid")
    first = f"JOIN unnest({kinds}, {names}) s (type_id, id) ON s.type_id = r.type_id AND s.id = r.id"
    seen = ("NOT r.deleted", visibility.of("r", {one.type for one in starts}))
    walk = select(
        "r.rid, r.type_id, r.id",
        f"tree JOIN ix_ref x ON {here} = tree.rid JOIN resource r ON r.rid = {there}",
        f"x.param = ANY({keys})",
        "r.type_id = tree.type_id",
        *seen,
    )
    start = select("r.rid, r.type_id, r.id", f"resource r {first}", *seen)
    whole = f"WITH RECURSIVE tree AS ({start} UNION {walk}) SELECT type_id, id FROM tree LIMIT {_MOST}"  # noqa: S608 - values are arguments
    sql, values = arguments.bind(whole)
    rows = await connection.fetch(sql, *values)
    return [LocalId(lookups.dictionary.type_names[row["type_id"]], row["id"]) for row in rows]


def _keys(lookups: Lookups, types: Iterable[str]) -> Iterable[int]:
    keys = lookups.dictionary.keys
    return (keys[kind][code] for kind in types for code in PART_OF if code in keys[kind])
