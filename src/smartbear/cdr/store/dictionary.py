"""Numbers for names that many rows repeat. Names are only ever added, so what was read once stays true."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import Parameter, SearchType, parameters
from smartbear.kit.db import Connection, Database, Reader

_MOST_KEPT = 50_000  # systems and units come from clients; the memory they take is bounded
_LONGEST = 192  # characters; a longer name is kept as its digest: an index row, of up to three, holds 2.7 kB

_ADD_TERMS = "INSERT INTO term (kind, name) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING"
_GET_TERMS = "SELECT name, term_id FROM term WHERE kind = $1 AND name = ANY($2::text[])"
_ADD_UNITS = """
    INSERT INTO unit (system, code, words) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
    ON CONFLICT DO NOTHING"""
_GET_UNITS = """
    SELECT system, code, words, unit_id FROM unit
    WHERE (system, code, words) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))"""


# A number and its rows are made together: of two writers at once, one finds what the other made.
_ADD_TRAITS = """
    WITH made AS (
        INSERT INTO trait (tokens) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING
        RETURNING rid, tokens)
    INSERT INTO ix_token (rid, param, system, part, code, words)
    SELECT m.rid, t.param, t.system, 0, t.code, t.words FROM made m, jsonb_to_recordset(m.tokens::jsonb)
        AS t (param int, system int, code text, words text)"""
_GET_TRAITS = "SELECT tokens, rid FROM trait WHERE tokens = ANY($1::text[])"

NO_SYSTEM = 0


class Unit(NamedTuple):
    """A unit as written; empty where a part is absent. A canonical unit is a code alone."""

    system: str
    code: str
    words: str


def canonical_unit(canonical: str) -> Unit:
    """A canonical UCUM unit."""
    return Unit("", bounded(canonical), "")


def bounded(name: str | None) -> str:
    """A name as PostgreSQL can index it; empty for None."""
    name = name or ""
    return name if len(name) <= _LONGEST else hashlib.sha256(name.encode()).hexdigest()


Key = TypeVar("Key", str, Unit)
_Number = Callable[[Connection, list[Key]], Awaitable[dict[Key, int]]]


def code_of_type(code: str, identifier: str) -> str:
    """The code under which ``:of-type`` is indexed, beside the system of the identifier's type."""
    return f"{code}\n{identifier}"


class Dictionary:
    """The numbers this process has met: every type and index key, and the systems and units in use."""

    def __init__(self, db: Database, types: Mapping[str, int], parameters: Mapping[str, int]) -> None:
        self.types = types
        self.keys: Mapping[str, Mapping[str, int]] = _by_type(parameters)
        """Type → search parameter → index key; also for ``code$0``, ``code:identifier``, ``code:of-type``."""
        self.generation = 0
        """Of the catalogue of search parameters that the keys are those of."""
        self.type_names = {number: name for name, number in types.items()}
        self._core = self.keys
        self._db = db
        self._systems: dict[str, int] = {}
        self._units: dict[Unit, int] = {}
        self._traits: dict[str, int] = {}

    @classmethod
    async def load(cls, db: Database) -> "Dictionary":
        """Number every resource type and search parameter of R4; names numbered before keep their number."""
        types = sorted(definitions.resource_types())
        keys = [key for kind in types for key in _index_keys(kind)]
        async with db.connection() as connection:
            return cls(
                db, await _terms(connection, "type", types), await _terms(connection, "parameter", keys)
            )

    async def extend(
        self, connection: Connection, added: Mapping[str, Iterable[Parameter]], *, generation: int
    ) -> None:
        """Number the search parameters added to the core, by type, instead of those added before."""
        keys = [key for kind, some in added.items() for one in some for key in _keys_of(kind, one)]
        numbered = _by_type(await _terms(connection, "parameter", keys))
        self.keys = {kind: {**core, **numbered.get(kind, {})} for kind, core in self._core.items()}
        self.generation = generation

    async def systems(self, names: Iterable[str]) -> dict[str, int]:
        """Numbers of code systems, made where there are none yet; names must be ``bounded``."""
        return await self._numbers(self._systems, frozenset(names), _systems)

    async def units(self, names: Iterable[Unit]) -> dict[Unit, int]:
        """Numbers of units, made where there are none yet."""
        return await self._numbers(self._units, frozenset(names), _units)

    async def traits(self, tokens: Iterable[str]) -> dict[str, int]:
        """Numbers of what Observations have in common, as ``observations.traits_of`` writes it."""
        return await self._numbers(self._traits, frozenset(tokens), _traits)

    async def find_system(self, connection: Reader, name: str) -> int | None:
        """The number of a code system, or None if no resource ever used it."""
        key = bounded(name)
        if key not in self._systems:
            found = await connection.fetch(_GET_TERMS, "system", [key])
            _remember(self._systems, {row["name"]: row["term_id"] for row in found})
        return self._systems.get(key)

    async def _numbers(
        self, cache: dict[Key, int], names: frozenset[Key], number: _Number[Key]
    ) -> dict[Key, int]:
        known = {name: cache[name] for name in names if name in cache}
        if len(known) < len(names):
            async with self._db.connection() as connection:
                found = await number(connection, sorted(names - known.keys()))
            _remember(cache, found)
            known |= found
        return known


def _by_type(parameters: Mapping[str, int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, number in parameters.items():
        resource_type, _, code = name.partition(".")
        found.setdefault(resource_type, {})[code] = number
    return found


def _remember(cache: dict[Key, int], found: Mapping[Key, int]) -> None:
    if len(cache) > _MOST_KEPT:
        cache.clear()
    cache.update(found)


def _index_keys(resource_type: str) -> Iterable[str]:
    for parameter in parameters(resource_type).values():
        yield from _keys_of(resource_type, parameter)


def _keys_of(resource_type: str, parameter: Parameter) -> Iterable[str]:
    key = f"{resource_type}.{parameter.code}"
    yield key
    if parameter.type is SearchType.REFERENCE:
        yield f"{key}:identifier"
    if parameter.type is SearchType.TOKEN:
        yield f"{key}:of-type"
    for position in range(len(parameter.components)):
        yield f"{key}${position}"


async def _terms(connection: Connection, kind: str, names: list[str]) -> dict[str, int]:
    found = await connection.fetch(_GET_TERMS, kind, names)
    if len(found) < len(set(names)):
        await connection.execute(_ADD_TERMS, kind, names)
        found = await connection.fetch(_GET_TERMS, kind, names)
    return {row["name"]: row["term_id"] for row in found}


async def _systems(connection: Connection, names: list[str]) -> dict[str, int]:
    return await _terms(connection, "system", names)


async def _traits(connection: Connection, tokens: list[str]) -> dict[str, int]:
    found = await connection.fetch(_GET_TRAITS, tokens)
    if len(found) < len(tokens):
        await connection.execute(_ADD_TRAITS, tokens)
        found = await connection.fetch(_GET_TRAITS, tokens)
    return {row["tokens"]: row["rid"] for row in found}


async def _units(connection: Connection, names: list[Unit]) -> dict[Unit, int]:
    columns = [list(column) for column in zip(*names, strict=True)]
    found = await connection.fetch(_GET_UNITS, *columns)
    if len(found) < len(names):
        await connection.execute(_ADD_UNITS, *columns)
        found = await connection.fetch(_GET_UNITS, *columns)
    return {Unit(row["system"], row["code"], row["words"]): row["unit_id"] for row in found}
