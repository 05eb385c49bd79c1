"""What the names in a batch of resources are called in index rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from smartbear.cdr.store.dictionary import NO_SYSTEM, Dictionary, Unit, bounded, canonical_unit
from smartbear.fhir.search.values import IdentifierType, Indexes, Quantity, Token

Written = tuple[str | None, str | None, str | None]
"""System, code and words of a unit."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Looked up once for a batch; holds every name the batch uses, as the resources write it."""

    keys: Mapping[str, Mapping[str, int]]
    """Type → search parameter → key of its index."""
    generation: int
    """Of the catalogue of search parameters that the keys are those of."""
    bases: tuple[str, ...]
    """Addresses under which this repository is known, each ending in «/»."""
    systems: Mapping[str | None, int]
    units: Mapping[Written, int]
    canonicals: Mapping[str | None, int | None]


Named = Token | IdentifierType | Quantity
"""A value that has a name in it."""


async def number(dictionary: Dictionary, batch: Iterable[Iterable[Named]], bases: tuple[str, ...]) -> Numbers:
    """Look up, or make, the numbers that the rows of resources with these values need."""
    systems: set[str | None] = set()
    units: set[Written] = set()
    canonicals: set[str | None] = set()
    for value in chain.from_iterable(batch):
        if value.__class__ is Quantity:
            units.add((value.system, value.code, value.unit))
            canonicals.add(value.canonical)
        elif value.__class__ is Token or value.__class__ is IdentifierType:
            systems.add(value.system)
    return Numbers(
        keys=dictionary.keys,
        generation=dictionary.generation,
        bases=bases,
        systems=await _systems(dictionary, systems),
        units=await _units(dictionary, units),
        canonicals=await _canonicals(dictionary, canonicals),
    )


async def _systems(dictionary: Dictionary, names: set[str | None]) -> dict[str | None, int]:
    found = await dictionary.systems(bounded(name) for name in names if name)
    return {name: found[bounded(name)] if name else NO_SYSTEM for name in names}


async def _units(dictionary: Dictionary, written: set[Written]) -> dict[Written, int]:
    names = {unit: Unit(*map(bounded, unit)) for unit in written}
    found = await dictionary.units(names.values())
    return {unit: found[name] for unit, name in names.items()}


async def _canonicals(dictionary: Dictionary, names: set[str | None]) -> dict[str | None, int | None]:
    units = {name: canonical_unit(name) for name in names if name is not None}
    found = await dictionary.units(units.values())
    return {None: None} | {name: found[unit] for name, unit in units.items()}


def named(indexes: Indexes) -> Iterable[Iterable[Named]]:
    """Every list of values that have a name in them, and composites' other parts: each list once."""
    lists: dict[int, Iterable[Any]] = {}
    for by_code in (
        indexes.tokens,
        indexes.identifier_types,
        indexes.reference_identifiers,
        indexes.quantities,
    ):
        lists.update((id(values), values) for values in by_code.values())
    for composites in indexes.composites.values():
        lists[id(composites)] = chain.from_iterable(composites)
    return lists.values()


def named_alone(indexes: Indexes) -> Iterable[Iterable[Named]]:
    """``named``, but for what an Observation has in common with the first of its kind."""
    return indexes.tokens.get("identifier", ()), indexes.quantities["value-quantity"]
