"""Whose resources are."""

from collections.abc import Collection

import asyncpg

from smartbear.cdr.model.access import Owner
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection

_FIND = """
    SELECT r.type_id AS owner_type, r.id AS owner, r.organisation
    FROM unnest($1::int[], $2::text[]) AS k (type_id, id)
    JOIN resource r ON r.type_id = k.type_id AND r.id = k.id WHERE NOT r.deleted"""


async def find(
    connection: Connection, dictionary: Dictionary, targets: Collection[LocalId]
) -> dict[LocalId, Owner]:
    """Resources as owners; those that do not exist are absent."""
    types = [dictionary.types[target.type] for target in targets]
    rows = await connection.fetch(_FIND, types, [target.id for target in targets])
    found = [owner for row in rows if (owner := of(dictionary, row))]
    return {LocalId(owner.type, owner.id): owner for owner in found}


def of(dictionary: Dictionary, row: "asyncpg.Record") -> Owner | None:
    """What the columns ``owner_type``, ``owner`` and ``organisation`` of a row say; nulls: there is none."""
    if row["owner"] is None:
        return None
    return Owner(dictionary.type_names[row["owner_type"]], row["owner"], row["organisation"])
