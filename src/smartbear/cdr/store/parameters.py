"""The search parameters that the deployment adds, as this process knows them.

A process that has missed a change is told by the database when it writes, and looks for itself when it
searches.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from smartbear.cdr.store.dictionary import Dictionary
from smartbear.fhir.definitions import SearchParameter
from smartbear.fhir.search.catalogue import CORE, Catalogue
from smartbear.fhir.search.definition import defines, faults, parameters_of
from smartbear.fhir.search.parameters import Parameter
from smartbear.kit.db import Connection, Database
from smartbear.kit.errors import FieldError

DEFINING = "SearchParameter"

_SECONDS = 1.0  # between two looks at whether anything has changed
_SETTLING = 2.0
_VERSION = "SELECT generation, edition FROM catalogue"
_ALL = "SELECT p.ready, p.definition, r.id FROM search_parameter p JOIN resource r USING (rid) ORDER BY p.rid"
_FORMER = "SELECT rid, definition FROM search_parameter WHERE rid = ANY($1) FOR UPDATE"
_REMOVE = "DELETE FROM search_parameter WHERE rid = ANY($1)"
_NEXT = "UPDATE catalogue SET generation = generation + 1, edition = edition + 1 RETURNING generation"
_ADD = """
    INSERT INTO search_parameter (rid, generation, ready, definition)
    SELECT n.rid, $2, false, n.definition FROM unnest($1::bigint[], $3::jsonb[]) AS n (rid, definition)"""

_ByType = dict[str, dict[str, Parameter]]


class Changed(NamedTuple):
    """A new generation of the catalogue, and the types whose resources have to be indexed anew for it."""

    generation: int
    types: frozenset[str]


class AddedParameters:
    """Keeps the catalogue, and the keys of its indexes in the dictionary."""

    def __init__(self, db: Database, dictionary: Dictionary) -> None:
        self._db, self._dictionary = db, dictionary
        self._version: tuple[int, int] = (0, 0)
        self._looked = self._unsettled = float("-inf")
        self.catalogue: Catalogue = CORE
        self.taken: Mapping[str, Mapping[str, str]] = {}
        """Type → code → id of the SearchParameter that defines it."""

    async def fresh(self, *, now: bool = False) -> Catalogue:
        """The catalogue as it was a second ago at most; with ``now``, as it is."""
        moment = asyncio.get_running_loop().time()
        if now or moment - self._looked >= _SECONDS:
            async with self._db.connection() as connection:
                [row] = await connection.fetch(_VERSION)
                if tuple(row) != self._version:
                    await self._load(connection, tuple(row))
            self._looked = moment if moment > self._unsettled else float("-inf")
        return self.catalogue

    async def for_writing(self) -> Catalogue:
        """The catalogue as far as it is known, for those who may hold a connection already.

        Who waits for a second one while others wait for what it has locked may wait long.
        """
        settled = asyncio.get_running_loop().time() > self._unsettled
        return self.catalogue if settled else await self.fresh()

    def have_changed(self) -> None:
        """Look again before the next use, and until a change that is under way has been committed."""
        self._looked = float("-inf")
        self._unsettled = asyncio.get_running_loop().time() + _SETTLING

    async def faults(self, resource: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Why nothing can be searched by what a SearchParameter defines."""
        if not defines(resource):
            return ()
        await self.fresh()
        return faults(resource, self.taken)

    async def _load(self, connection: Connection, version: tuple[int, int]) -> None:
        ready: _ByType = {}
        pending: _ByType = {}
        taken: dict[str, dict[str, str]] = {}
        for row in await connection.fetch(_ALL):
            given = msgspec.convert(row["definition"], SearchParameter)
            for kind, parameter in parameters_of(given):
                if taken.setdefault(kind, {}).setdefault(given.code, row["id"]) == row["id"]:
                    (ready if row["ready"] else pending).setdefault(kind, {})[given.code] = parameter
        self.catalogue = Catalogue(ready, pending)
        added = {kind: self.catalogue.added(kind).values() for kind in taken}
        await self._dictionary.extend(connection, added, generation=version[0])
        self.taken, self._version = taken, version


async def record(tx: Connection, given: Mapping[int, SearchParameter | None]) -> Changed | None:
    """Note what SearchParameters, by rid, now define; None if that changes nothing."""
    former = {row["rid"]: row["definition"] for row in await tx.fetch(_FORMER, list(given))}
    now = {rid: msgspec.json.decode(msgspec.json.encode(one)) for rid, one in given.items() if one}
    changed = [rid for rid in given if former.get(rid) != now.get(rid)]
    if not changed:
        return None
    generation = await tx.fetchval(_NEXT)
    await tx.execute(_REMOVE, changed)
    added = [rid for rid in changed if rid in now]
    await tx.execute(_ADD, added, generation, [now[rid] for rid in added])
    return Changed(generation, frozenset(_types([*former.values(), *now.values()])))


def _types(stored: Sequence[Any]) -> set[str]:
    given = (msgspec.convert(one, SearchParameter) for one in stored)
    return {kind for one in given for kind, _ in parameters_of(one)}
