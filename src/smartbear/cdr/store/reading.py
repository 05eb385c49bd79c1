"""Single resources: their current version, or an earlier one."""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from smartbear.cdr.model.access import Owner
from smartbear.cdr.model.body import versioned
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store import owners
from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.kit.db import Reader

_VERSION = f"""
    SELECT b.ver, b.upd, b.method, b.content, {owners.COLUMNS.format("p")}
    FROM resource r JOIN body b ON b.rid = r.rid LEFT JOIN resource p ON p.rid = b.patient
    WHERE r.type_id = $1 AND r.id = $2 AND """  # noqa: S608 - a constant
_CURRENT = _VERSION + "b.ver = r.ver"
_ONE = _VERSION + "b.ver = $3"


class Stored(NamedTuple):
    """One version of a resource; without content it is the deletion."""

    target: LocalId
    version: int
    updated: datetime
    content: bytes | None
    owner: Owner | None

    def json(self) -> bytes:
        """The resource as a client gets it."""
        assert self.content is not None, "a deleted version has no content"
        return versioned(self.content, *self.target, self.version, self.updated)


async def current(connection: Reader, dictionary: Dictionary, target: LocalId) -> Stored | None:
    """The newest version, a deletion included."""
    row = await connection.fetchrow(_CURRENT, dictionary.types[target.type], target.id)
    return _stored(dictionary, target, row) if row else None


async def version(connection: Reader, dictionary: Dictionary, target: LocalId, number: int) -> Stored | None:
    """One version."""
    row = await connection.fetchrow(_ONE, dictionary.types[target.type], target.id, number)
    return _stored(dictionary, target, row) if row else None


def _stored(dictionary: Dictionary, target: LocalId, row: "asyncpg.Record") -> Stored:
    content = None if row["content"] is None else unpack(row["method"], row["content"])
    return Stored(target, row["ver"], row["upd"], content, owners.of(dictionary, row))
