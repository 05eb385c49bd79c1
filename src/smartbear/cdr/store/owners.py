"""Whose resources are."""

from collections.abc import Collection

import asyncpg

from smartbear.cdr.model.access import Owner
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.kit.db import Connection

COLUMNS = """{0}.type_id AS owner_type, {0}.id AS owner, {0}.organisation,
    coalesce({0}.withheld @> now(), FALSE) AS withheld, coalesce({0}.released @> now(), FALSE) AS released"""
"""What ``of`` reads, of the alias of an owner's row."""

_FIND = f"""
    SELECT {COLUMNS.format("r")}
    FROM unnest($1::int[], $2::text[]) AS k (type_id, id)
    JOIN resource r ON r.type_id = k.type_id AND r.id = k.id WHERE NOT r.deleted"""  # noqa: S608 - a constant


async def find(
    connection: Connection, dictionary: Dictionary, targets: Collection[LocalId]
) -> dict[LocalId, Owner]:
    """Resources as owners; those that do not exist are absent."""
    types = [dictionary.types[target.type] for target in targets]
    rows = await connection.fetch(_FIND, types, [target.id for target in targets])
    found = [owner for row in rows if (owner := of(dictionary, row))]
    return {LocalId(owner.type, owner.id): owner for owner in found}


def of(dictionary: Dictionary, row: "asyncpg.Record") -> Owner | None:
    """What the ``COLUMNS`` of a row say; nulls: there is none."""
    if row["owner"] is None:
        return None
    kind = dictionary.type_names[row["owner_type"]]
    return Owner(kind, row["owner"], row["organisation"], row["withheld"], row["released"])
