"""Resources that between them have every profile, security label and tag in use.

The indexes know which there are, but not how they are written; one resource for each is enough to tell.
"""

from collections.abc import Iterable

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.search import pages
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import select
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.kit.db import Connection
from smartbear.kit.errors import TooCostly

_MOST = 1000  # different profiles, labels and tags in one answer
_INDEXES = {
    "ix_token": (("_tag", "system, x.code"), ("_security", "system, x.code")),
    "ix_uri": (("_profile", "uri"),),
}


async def examples(
    connection: Connection, lookups: Lookups, access: Access, types: Iterable[str], seconds: float
) -> list[Stored]:
    """Resources of these types that the caller sees; TooCostly if there are too many labels to tell."""
    arguments = Arguments()
    kinds = sorted(access.reads.intersection(types))
    seen = Visibility(access, arguments, lookups).of("r", kinds)
    numbers = arguments.add([lookups.type(kind) for kind in kinds], "int[]")
    found = []
    for table, indexed in _INDEXES.items():
        for code, columns in indexed:
            keys = arguments.add([lookups.parameter(kind, code) for kind in kinds], "int[]")
            source = f"{table} x JOIN resource r ON r.rid = x.rid"
            conditions = (f"x.param = ANY({keys})", f"r.type_id = ANY({numbers})", "NOT r.deleted", seen)
            found.append(f"({select(f'DISTINCT ON (x.{columns}) x.rid', source, *conditions)})")
    sql, values = arguments.bind(f"{' UNION '.join(found)} LIMIT {arguments.add(_MOST + 1, 'bigint')}")
    rows = await connection.fetch(sql, *values, timeout=seconds)
    if len(rows) > _MOST:
        raise TooCostly("There are too many different profiles, labels and tags to list them all.")
    bodies = await pages.bodies(connection, lookups.dictionary, [row["rid"] for row in rows])
    return [stored for _, stored in bodies]
