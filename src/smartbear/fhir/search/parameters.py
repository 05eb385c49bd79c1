"""Which search parameters a type has by the core specification.

``_text``, ``_content`` and ``_list`` say where to look without an expression. ``_filter`` and ``_has`` are
read by the grammar and are not among them; ``_query`` is not offered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from smartbear.fhir import definitions
from smartbear.fhir.definitions import SearchParameter
from smartbear.fhir.search.paths import NotStaticError, Path, RefersTo, static_paths
from smartbear.fhir.search.words import CONTENT, NARRATIVE


class SearchType(StrEnum):
    """The parameter types of R4 search 3.1.1.4."""

    NUMBER = "number"
    DATE = "date"
    STRING = "string"
    TOKEN = "token"  # noqa: S105 - a kind of search parameter
    REFERENCE = "reference"
    COMPOSITE = "composite"
    QUANTITY = "quantity"
    URI = "uri"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite: its type and where its value is, relative to the composite's element."""

    type: SearchType
    expression: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter as it applies to one resource type.

    ``targets`` are the types a reference may point to here. ``code_systems`` are the systems that a token of
    FHIR type ``code`` belongs to by its binding, though the resource does not write them.
    """

    code: str
    type: SearchType
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    code_systems: tuple[str, ...] = ()


LIST = "_list"
_WITHOUT_EXPRESSION = MappingProxyType(
    {code: Parameter(code, SearchType.SPECIAL, "") for code in (NARRATIVE, CONTENT, LIST)}
)


@cache
def _known(resource_type: str) -> Mapping[str, Parameter]:
    found = definitions.search_parameters(resource_type).values()
    known = {p.code: stated(p, resource_type) for p in found if p.expression}
    return MappingProxyType(known | _WITHOUT_EXPRESSION if known else {})


def parameters(resource_type: str | None) -> Mapping[str, Parameter]:
    """Code → parameter for a type; for ``None``, those that every type has (``_id``, ``_lastUpdated`` …)."""
    if resource_type is None:
        return _common()
    return _known(resource_type if resource_type in definitions.resource_types() else "")


@cache
def _common() -> Mapping[str, Parameter]:
    any_type = "Patient"  # what Resource defines is the same in all
    found = definitions.search_parameters(any_type).values()
    common = {p.code for p in found if "Resource" in p.base} | _WITHOUT_EXPRESSION.keys()
    return MappingProxyType({code: p for code, p in _known(any_type).items() if code in common})


def stated(definition: SearchParameter, resource_type: str) -> Parameter:
    """What a definition means for one of its types."""
    paths = _paths(definition, resource_type)
    return Parameter(
        definition.code,
        SearchType(definition.type),
        definition.expression,
        targets=_targets(definition, paths),
        components=tuple(_components(definition)),
        code_systems=tuple(_code_systems(paths)) if definition.type == "token" else (),
    )


def _paths(definition: SearchParameter, resource_type: str) -> list[Path]:
    try:
        return static_paths(definition.expression, resource_type, resource_type)
    except NotStaticError:
        return []


def _targets(definition: SearchParameter, paths: list[Path]) -> tuple[str, ...]:
    """What the definition says for all its types, cut down to what this type's elements allow."""
    allowed: set[str] = set()
    for path in paths:
        restricted = {step.type for step in path.steps if isinstance(step, RefersTo)}
        kinds = path.element.types if path.element else ()
        by_element = {target for kind in kinds if kind.code == path.type for target in kind.targets}
        allowed |= restricted or by_element or set(definition.targets)
    return tuple(target for target in definition.targets if target in allowed)


def _components(definition: SearchParameter) -> Iterator[Component]:
    for component in definition.components:
        target = definitions.search_parameter(component.definition)
        assert target is not None, component.definition
        yield Component(SearchType(target.type), component.expression)


def _code_systems(paths: list[Path]) -> Iterator[str]:
    """Nothing when other types than ``code`` are indexed too: their systems are written and compared."""
    if any(path.type != "code" for path in paths):
        return
    for path in paths:
        bound = definitions.value_set(path.element.binding) if path.element else None
        yield from bound.systems if bound else ()
