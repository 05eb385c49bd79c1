"""In whose records versions are, for the audit trail."""

from collections.abc import Sequence

from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection

PATIENT = "Patient"

_OF = """
    SELECT k.n, o.id FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS k (rid, ver, n)
    JOIN body b ON b.rid = k.rid AND b.ver = k.ver
    JOIN resource o ON o.rid = b.patient AND o.type_id = $3"""


async def of(
    connection: Connection, dictionary: Dictionary, versions: Sequence[tuple[int, int]]
) -> list[str | None]:
    """For each rid and version the id of its patient; None if it is in nobody's record."""
    rids, numbers = [rid for rid, _ in versions], [version for _, version in versions]
    found = await connection.fetch(_OF, rids, numbers, dictionary.types[PATIENT])
    by_place = {row["n"]: row["id"] for row in found}
    return [by_place.get(place) for place in range(1, len(versions) + 1)]
