"""The rows that writes meet."""

from collections.abc import Collection

from smartbear.cdr.model.change import State
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import owners
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection

_FIND = f"""
    SELECT r.rid, r.type_id, r.id, r.ver, r.deleted, r.upd, r.digest,
        {owners.COLUMNS.format("p")}
    FROM unnest($1::int[], $2::text[]) AS k (type_id, id)
    JOIN resource r ON r.type_id = k.type_id AND r.id = k.id
    LEFT JOIN resource p ON p.rid = r.patient"""  # noqa: S608 - a constant
_LOCK = f"{_FIND} ORDER BY r.type_id, r.id FOR UPDATE OF r"  # in one order everywhere: no deadlocks


async def find(
    connection: Connection, dictionary: Dictionary, targets: Collection[LocalId]
) -> dict[LocalId, State]:
    """Rows of the targets that have one, as they are now."""
    return await _states(connection, _FIND, dictionary, targets)


async def lock(tx: Connection, dictionary: Dictionary, targets: Collection[LocalId]) -> dict[LocalId, State]:
    """Rows of the targets that have one, locked until the transaction ends."""
    return await _states(tx, _LOCK, dictionary, targets)


async def _states(
    connection: Connection, statement: str, dictionary: Dictionary, targets: Collection[LocalId]
) -> dict[LocalId, State]:
    types = [dictionary.types[target.type] for target in targets]
    rows = await connection.fetch(statement, types, [target.id for target in targets])
    return {
        LocalId(dictionary.type_names[row["type_id"]], row["id"]): State(
            rid=row["rid"],
            version=row["ver"],
            deleted=row["deleted"],
            updated=row["upd"],
            digest=row["digest"],
            owner=owners.of(dictionary, row),
        )
        for row in rows
    }
