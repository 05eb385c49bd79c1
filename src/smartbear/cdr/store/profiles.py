"""StructureDefinitions stored here as profiles, compiled once a process and again when one of them changes.

Whether one has changed is asked of the database at every use, so that all processes agree at once. Profiles
that R4 publishes itself are never asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from smartbear.cdr.store.dictionary import Dictionary
from smartbear.cdr.store.packing import unpack
from smartbear.fhir import json
from smartbear.fhir.profiles import LONGEST, Library, dependencies, is_published
from smartbear.kit.db import Connection, Database

_TYPE = "StructureDefinition"
_STATE = "SELECT count(*), sum(ver) FROM resource WHERE type_id = $1"
_FIND = """
    SELECT u.uri, b.method, b.content
    FROM ix_uri u JOIN resource r ON r.rid = u.rid JOIN body b ON b.rid = r.rid AND b.ver = r.ver
    WHERE u.param = $1 AND left(u.uri, 256) = ANY($2::text[]) AND NOT r.deleted
    ORDER BY r.upd, r.rid"""
_INDEXED = 256  # characters of an address
_MOST = 2000  # profiles held; then they are read anew

State = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Edition:
    """What was read while the stored definitions were in one state; None is what is not stored."""

    state: State | None
    held: dict[str, dict[str, Any] | None] = field(default_factory=dict)

    def library(self) -> Library:
        return Library(self.held.get)


class Profiles:
    """The profiles one process has read."""

    def __init__(self, db: Database, dictionary: Dictionary) -> None:
        self._db, self._dictionary = db, dictionary
        self._published = Library(lambda _: None)
        self._edition = _Edition(None)
        self._library = self._edition.library()

    async def library(self, canonicals: Iterable[str]) -> Library:
        """A library in which these can be found, with whatever they mention, if they are stored here."""
        wanted = [one for one in canonicals if not is_published(one) and len(one) <= LONGEST]
        if not wanted:
            return self._published
        async with self._db.connection() as connection:
            row = await connection.fetchrow(_STATE, self._dictionary.types[_TYPE])
            state = tuple(row or ())
            if state != self._edition.state or len(self._edition.held) > _MOST:
                self._edition = _Edition(state)
                self._library = self._edition.library()
            library, edition = self._library, self._edition
            await self._read(connection, edition, wanted)
        return library

    async def _read(self, connection: Connection, edition: _Edition, wanted: list[str]) -> None:
        """Read definitions, and those they mention, until none is missing."""
        while missing := {one for one in wanted if one not in edition.held}:
            found = await self._stored(connection, {one.partition("|")[0] for one in missing})
            edition.held.update({one: _fitting(found, one) for one in missing})
            definitions = [held for one in missing if (held := edition.held[one])]
            wanted = [one for definition in definitions for one in dependencies(definition)][:_MOST]

    async def _stored(self, connection: Connection, addresses: set[str]) -> list[dict[str, Any]]:
        key = self._dictionary.keys[_TYPE]["url"]
        heads = [address[:_INDEXED] for address in addresses]
        rows = await connection.fetch(_FIND, key, heads)
        return [json.decode(unpack(row["method"], row["content"])) for row in rows if row["uri"] in addresses]


def _fitting(found: list[dict[str, Any]], canonical: str) -> dict[str, Any] | None:
    """The newest of an address, in the version the canonical names if it names one."""
    address, _, version = canonical.partition("|")
    fitting = [one for one in found if one["url"] == address and version in ("", one.get("version", ""))]
    return fitting[-1] if fitting else None
