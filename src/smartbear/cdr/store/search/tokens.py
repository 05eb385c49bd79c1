"""Many searches in one statement, where each asks for one token with its system: ``identifier=system|value``.

That is how conditional creates tell whether a resource has arrived before, a Bundle of them by a search for
each entry.
"""

from collections.abc import Mapping

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.dictionary import NO_SYSTEM, Dictionary, bounded
from smartbear.cdr.store.observations import SERVED, TRAITS
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.search import pages
from smartbear.fhir.search.parameters import SearchType
from smartbear.fhir.search.query import Match, Query, TokenValue
from smartbear.kit.db import Connection

_FIND = """
    SELECT k.place, found.rid
    FROM unnest($1::int[], $2::int[], $3::text[], $4::int[]) AS k (place, param, code, system)
    CROSS JOIN LATERAL (SELECT DISTINCT x.rid FROM ix_token x
        WHERE x.param = k.param AND x.code = k.code AND x.system = k.system LIMIT 2) AS found"""


def asked(query: Query, access: Access) -> tuple[str, TokenValue] | None:
    """The parameter and token, if a query of one who sees everything asks for nothing else."""
    if query.type not in access.reads or not access.sees_all_of(query.type or "") or len(query.criteria) != 1:
        return None
    criterion = query.criteria[0]
    if not isinstance(criterion, Match) or criterion.modifier or len(criterion.values) != 1:
        return None
    value, parameter = criterion.values[0], criterion.parameter
    elsewhere = parameter.code == "_id" or (query.type == "Observation" and parameter.code in SERVED | TRAITS)
    if elsewhere or parameter.type is not SearchType.TOKEN or not isinstance(value, TokenValue):
        return None
    return None if value.system is None or value.code is None else (f"{query.type}.{parameter.code}", value)


async def find(
    connection: Connection, dictionary: Dictionary, wanted: Mapping[int, tuple[str, TokenValue]]
) -> dict[int, list[Stored]]:
    """By their numbers, at most two matches of what is ``asked``; none for what nothing matches."""
    rows = []
    for place, (name, token) in wanted.items():
        resource_type, _, code = name.partition(".")
        system = await dictionary.find_system(connection, token.system) if token.system else NO_SYSTEM
        if system is not None:
            rows.append((place, dictionary.keys[resource_type][code], bounded(token.code), system))
    if not rows:
        return {}
    met = await connection.fetch(_FIND, *map(list, zip(*rows, strict=True)))
    known = dict(await pages.bodies(connection, dictionary, [row["rid"] for row in met])) if met else {}
    found: dict[int, list[Stored]] = {}
    for row in met:
        if row["rid"] in known:
            found.setdefault(row["place"], []).append(known[row["rid"]])
    return found
