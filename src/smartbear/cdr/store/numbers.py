"""What the names in a batch of resources are called in index rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from smartbear.cdr.store.dictionary import Dictionary, Unit, bounded, canonical_unit, unit_of
from smartbear.fhir.search.values import IdentifierType, Indexes, Quantity, Token

NO_SYSTEM = 0


def of_type_code(found: IdentifierType) -> str:
    """The code that ``:of-type`` is indexed under, beside the system of the identifier's type."""
    return f"{found.code}\n{found.value}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Looked up once for a batch; holds every name the batch uses."""

    parameters: Mapping[str, int]
    bases: tuple[str, ...]
    """Addresses under which this repository is known, each ending in «/»."""
    systems: Mapping[str, int]
    units: Mapping[Unit, int]

    def system(self, name: str | None) -> int:
        """NO_SYSTEM where the element has none."""
        return self.systems[bounded(name)] if name else NO_SYSTEM

    def unit(self, quantity: Quantity) -> int:
        """The unit as written."""
        return self.units[unit_of(quantity)]

    def canonical(self, quantity: Quantity) -> int | None:
        """The canonical unit, if it has one."""
        return None if quantity.canonical is None else self.units[canonical_unit(quantity.canonical)]


async def number(dictionary: Dictionary, batch: Iterable[Indexes], bases: tuple[str, ...]) -> Numbers:
    """Look up, or make, the numbers that the rows of these resources need."""
    systems: set[str] = set()
    units: set[Unit] = set()
    for value in chain.from_iterable(map(_named, batch)):
        if isinstance(value, Quantity):
            units.add(unit_of(value))
            if value.canonical is not None:
                units.add(canonical_unit(value.canonical))
        elif isinstance(value, (Token, IdentifierType)) and value.system:
            systems.add(bounded(value.system))
    return Numbers(
        dictionary.parameters, bases, await dictionary.systems(systems), await dictionary.units(units)
    )


def _named(indexes: Indexes) -> Iterator[Any]:
    yield from chain.from_iterable(indexes.tokens.values())
    yield from chain.from_iterable(indexes.identifier_types.values())
    yield from chain.from_iterable(indexes.reference_identifiers.values())
    yield from chain.from_iterable(indexes.quantities.values())
    for composite in chain.from_iterable(indexes.composites.values()):
        yield from composite
