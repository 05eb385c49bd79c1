"""Reading the definition tables: the one module of `fhir` that reads files, those committed beside it.

Only known names are ever cached, so that names out of requests cannot grow the memory.
"""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec

from smartbear.fhir.definitions.model import (
    Compartment,
    Element,
    Field,
    Invariant,
    SearchParameter,
    TypeDefinition,
    ValueSet,
)

Row = TypeVar("Row")

_ROOTS_OF_SEARCH = ("DomainResource", "Resource")  # parameters of every resource are defined on these two


class _Table(Generic[Row]):
    """Rows by key; the file is split once at first use and each row decoded when first asked for."""

    def __init__(self, name: str, kind: type[Row]) -> None:
        self._file = f"{name}.json"
        self._kind = kind
        self._decoded: dict[str, Row] = {}

    @cached_property
    def rows(self) -> Mapping[str, msgspec.Raw]:
        content = resources.files(__package__).joinpath(self._file).read_bytes()
        return msgspec.json.decode(content, type=dict[str, msgspec.Raw])

    def get(self, key: str) -> Row | None:
        if key not in self._decoded and key in self.rows:
            self._decoded[key] = msgspec.json.decode(self.rows[key], type=self._kind)
        return self._decoded.get(key)

    def all(self) -> Iterator[Row]:
        return (row for key in self.rows if (row := self.get(key)) is not None)


_types = _Table("types", TypeDefinition)
_value_sets = _Table("value_sets", ValueSet)
_search_parameters = _Table("search_parameters", SearchParameter)
_compartments = _Table("compartments", Compartment)
_invariants = _Table("invariants", tuple[Invariant, ...])
_profiles = _Table("profiles", dict[str, Any])


def find_type(name: str) -> TypeDefinition | None:
    """A type by name; backbone elements are named by path (`Observation.component`)."""
    return _types.get(name)


@cache
def type_names() -> frozenset[str]:
    """Every type: resources, data types, backbone elements, primitives, and the abstract ones."""
    return frozenset(_types.rows)


@cache
def resource_types() -> frozenset[str]:
    """Resource types an instance may have (not Resource and DomainResource)."""
    return frozenset(t.name for t in _types.all() if t.kind == "resource" and not t.abstract)


@cache
def _elements(name: str) -> Mapping[str, Element]:
    definition = find_type(name)
    if definition is None:
        return MappingProxyType({})
    own = {element.name: element for element in definition.elements}
    return MappingProxyType({**_elements(definition.base), **own})


def elements(name: str) -> Mapping[str, Element]:
    """All elements of a type with those of its bases first, by element name (`value` for `value[x]`).

    Primitives have only what Element gives them (`id`, `extension`).
    """
    return _elements(name if name in type_names() else "")


def element(name: str, child: str) -> Element | None:
    """The element `child` of type `name`, inherited ones included."""
    return elements(name).get(child)


@cache
def _fields(name: str) -> Mapping[str, Field]:
    found = ((element, kind.code) for element in elements(name).values() for kind in element.types)
    return MappingProxyType({e.property_name(code): Field(e, code) for e, code in found})


def fields(name: str) -> Mapping[str, Field]:
    """JSON properties of a type: like `elements`, with each choice element under one name per type.

    The `_name` properties that carry extensions of primitives, and `resourceType`, belong to the JSON format
    and are not listed.
    """
    return _fields(name if name in type_names() else "")


def is_a(name: str, ancestor: str) -> bool:
    """Whether `name` is `ancestor` or derives from it (`Patient` from `DomainResource` from `Resource`)."""
    while name != ancestor:
        definition = find_type(name)
        if definition is None:
            return False
        name = definition.base
    return True


def value_set(url: str) -> ValueSet | None:
    """The codes of a required binding, by canonical without version."""
    return _value_sets.get(url)


def search_parameter(parameter_id: str) -> SearchParameter | None:
    """A search parameter by the id of its definition (`Observation-code`, `clinical-patient`)."""
    return _search_parameters.get(parameter_id)


@cache
def _parameters_by_base() -> Mapping[str, Mapping[str, SearchParameter]]:
    found: dict[str, dict[str, SearchParameter]] = {}
    for parameter in _search_parameters.all():
        for base in parameter.base:
            found.setdefault(base, {})[parameter.code] = parameter
    return found


@cache
def _search_parameters_of(resource_type: str) -> Mapping[str, SearchParameter]:
    by_base = _parameters_by_base()
    bases = (*_ROOTS_OF_SEARCH, resource_type)
    return MappingProxyType({code: found for base in bases for code, found in by_base.get(base, {}).items()})


def search_parameters(resource_type: str) -> Mapping[str, SearchParameter]:
    """Parameters of a resource type by code, with those of every resource (`_id`, `_lastUpdated`, …)."""
    return _search_parameters_of(resource_type) if resource_type in resource_types() else MappingProxyType({})


def compartment(code: str) -> Compartment | None:
    """One of the five compartments: Patient, Encounter, RelatedPerson, Practitioner, Device."""
    return _compartments.get(code)


def invariants(context: str) -> tuple[Invariant, ...]:
    """Rules stated at a type or element path (`Observation.referenceRange`); those of its base are there."""
    return _invariants.get(context) or ()


def find_profile(url: str) -> dict[str, Any] | None:
    """The StructureDefinition of a profile the tables keep: the vital signs and SimpleQuantity.

    By canonical without version. It has the differential alone, without its prose; it is not to be changed.
    """
    return _profiles.get(url)
