"""What names and references of a query are called in the index tables."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from smartbear.cdr.model.access import Access
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.dictionary import NO_SYSTEM, Dictionary, bounded
from smartbear.cdr.store.rids import Rids
from smartbear.fhir import definitions
from smartbear.fhir.search.parameters import Parameter
from smartbear.fhir.search.query import (
    CompositeValue,
    Criterion,
    IdentifierTypeValue,
    ListValue,
    Match,
    Missing,
    ReferenceValue,
    TokenValue,
)
from smartbear.fhir.search.resolution import inner
from smartbear.kit.db import Reader


@dataclass(frozen=True, slots=True)
class Lookups:
    """Numbers for one query; what is absent was never stored, so nothing can match it."""

    dictionary: Dictionary
    bases: tuple[str, ...]
    size: int
    """How many values were looked at; a value set alone may be thousands."""
    _systems: dict[str, int]
    _rids: dict[LocalId, int]

    @property
    def identity(self) -> Hashable:
        """The same for lookups that give the same statement."""
        numbers = self.dictionary, self.dictionary.generation
        return (*numbers, self.bases, *self._systems.items(), *self._rids.items())

    def parameter(self, resource_type: str, code: str) -> int:
        """The key of an index."""
        return self.dictionary.keys[resource_type][code]

    def parameters(self, resource_type: str | None, code: str) -> "list[int]":
        """The keys of an index: of one type, or of every type that has it."""
        if resource_type is not None:
            return [self.parameter(resource_type, code)]
        return sorted(keys[code] for keys in self.dictionary.keys.values() if code in keys)

    def type(self, resource_type: str) -> int:
        """The number of a type."""
        return self.dictionary.types[resource_type]

    def system(self, name: str) -> int | None:
        """The number of a code system; «» is the one for codes without a system."""
        return self._systems.get(bounded(name)) if name else NO_SYSTEM

    def rids(self, parameter: Parameter, value: ReferenceValue) -> "list[int]":
        """Rids of the resources a value may name: of any type the parameter may point at, if it says none."""
        named = (self._rids.get(target) for target in _targets(parameter, value, self.bases))
        return [rid for rid in named if rid is not None]

    def patient(self, patient_id: str) -> int | None:
        """The rid of a participant's own Patient."""
        return self._rids.get(LocalId("Patient", patient_id))

    def list(self, list_id: str) -> int | None:
        """The rid of a List."""
        return self._rids.get(LocalId("List", list_id))


async def look_up(
    connection: Reader,
    dictionary: Dictionary,
    rids: Rids,
    bases: tuple[str, ...],
    criteria: Iterable[Criterion],
    access: Access,
) -> Lookups:
    """Everything the criteria and the caller's predicate need."""
    found = list(_values(criteria))
    names = {value.system for _, value in found if isinstance(value, (TokenValue, IdentifierTypeValue))}
    systems = {bounded(name): await dictionary.find_system(connection, name) for name in names if name}
    targets = [
        target
        for parameter, value in found
        if isinstance(value, ReferenceValue)
        for target in _targets(parameter, value, bases)
    ]
    if access.rows == "patient":
        targets += [LocalId("Patient", key) for key in access.keys]
    targets += [LocalId("List", value.id) for _, value in found if isinstance(value, ListValue)]
    known = await rids.find(connection, targets) if targets else {}
    return Lookups(dictionary, bases, len(found), {k: v for k, v in systems.items() if v is not None}, known)


def is_local(value: ReferenceValue, bases: tuple[str, ...]) -> bool:
    """Whether the value names a resource by type and id, here."""
    return value.id is not None and (value.url is None or value.url.startswith(bases))


def _targets(parameter: Parameter, value: ReferenceValue, bases: tuple[str, ...]) -> Iterable[LocalId]:
    if value.id is None or not is_local(value, bases):
        return []
    types = (value.type,) if value.type else parameter.targets or definitions.resource_types()
    return [LocalId(kind, value.id) for kind in types]


def _values(criteria: Iterable[Criterion]) -> Iterator[tuple[Parameter, Any]]:
    for criterion in criteria:
        match criterion:
            case Match(parameter, _, values):
                for value in values:
                    parts = value.parts if isinstance(value, CompositeValue) else (value,)
                    yield from ((parameter, part) for part in parts)
            case Missing():
                pass
            case _:
                yield from _values(inner(criterion))
