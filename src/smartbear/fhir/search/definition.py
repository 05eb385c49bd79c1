"""SearchParameter resources as search parameters (https://hl7.org/fhir/R4/searchparameter.html)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.definitions import SearchComponent, SearchParameter
from smartbear.fhir.fhirpath.checker import check
from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.expression import compiled
from smartbear.fhir.search.converters import converters
from smartbear.fhir.search.parameters import Parameter, SearchType, parameters, stated
from smartbear.fhir.search.paths import NotStaticError, Path, static_paths
from smartbear.kit.errors import FieldError

_CORE = "http://hl7.org/fhir/SearchParameter/"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")
_ANY_TYPE = frozenset({"Resource", "DomainResource"})

Resource = Mapping[str, Any]


def defines(resource: Resource) -> bool:
    """Whether the resource adds a parameter: it is active, and none of the core specification's."""
    core = str(resource.get("url", "")).removeprefix(_CORE)
    return resource.get("status") == "active" and definitions.search_parameter(core) is None


def definition(resource: Resource) -> SearchParameter:
    """What a resource that ``defines`` and has no ``faults`` says."""
    return SearchParameter(
        id=resource.get("id", ""),
        code=resource["code"],
        base=tuple(resource["base"]),
        type=resource["type"],
        expression=resource["expression"],
        targets=tuple(resource.get("target", ())),
        components=tuple(
            SearchComponent(one["definition"].removeprefix(_CORE), one["expression"])
            for one in resource.get("component", ())
        ),
    )


def parameters_of(given: SearchParameter) -> Iterator[tuple[str, Parameter]]:
    """The parameter for each type that it is for."""
    for base in given.base:
        for kind in sorted(definitions.resource_types()) if base in _ANY_TYPE else (base,):
            yield kind, stated(given, kind)


def faults(resource: Resource, taken: Mapping[str, Mapping[str, str]]) -> tuple[FieldError, ...]:
    """Why a resource that ``defines`` cannot be used.

    ``taken`` has the codes, by type, that other SearchParameters define, and the ids of those.
    """
    found = list(_of_form(resource)) or list(_of_expressions(definition(resource)))
    return tuple(found or _of_name(resource, taken))


def _of_form(resource: Resource) -> Iterator[FieldError]:
    if not resource.get("expression"):
        yield _fault("expression", "required", "is needed: it says where to look")
    if not _CODE.fullmatch(resource["code"]):
        yield _fault("code", "value", "has a letter and then at most 63 letters, digits, - and _")
    if resource["type"] == SearchType.SPECIAL:
        yield _fault("type", "not-supported", "special parameters cannot be added")
    parts = resource.get("component", ())
    if (resource["type"] == SearchType.COMPOSITE) != bool(parts):
        yield _fault("component", "invariant", "is what composite parameters have, and only they")
    for place, part in enumerate(parts):
        if definitions.search_parameter(part["definition"].removeprefix(_CORE)) is None:
            yield _fault(f"component[{place}].definition", "not-found", "is no parameter of FHIR R4")


def _of_name(resource: Resource, taken: Mapping[str, Mapping[str, str]]) -> Iterator[FieldError]:
    code = resource["code"]
    for kind, _ in parameters_of(definition(resource)):
        other = taken.get(kind, {}).get(code)
        if code in parameters(kind) or (other is not None and other != resource.get("id")):
            yield _fault("code", "duplicate", f"is the name of another parameter of {kind}")
            return


def _of_expressions(given: SearchParameter) -> Iterator[FieldError]:
    try:
        tree = compiled(given.expression).tree
        for base in given.base:
            if base not in _ANY_TYPE:
                check(tree, base)
                if not _finds(given, base):
                    yield _fault(
                        "expression", "value", f"finds nothing in {base} that such a parameter can hold"
                    )
    except FHIRPathError as error:
        yield _fault("expression", "value", error.detail)


def _finds(given: SearchParameter, base: str) -> bool:
    kind = SearchType(given.type)
    try:
        paths = static_paths(given.expression, base, base)
    except NotStaticError:
        return kind is not SearchType.COMPOSITE
    if kind is not SearchType.COMPOSITE:
        return any(_holds(kind, path) for path in paths)
    return any(all(_part_finds(part, path, base) for part in given.components) for path in paths)


def _part_finds(part: SearchComponent, path: Path, base: str) -> bool:
    known = definitions.search_parameter(part.definition)
    assert known is not None, part.definition
    try:
        paths: Iterable[Path] = static_paths(part.expression, path.type, base)
    except NotStaticError:
        return False
    return any(_holds(SearchType(known.type), one) for one in paths)


def _holds(kind: SearchType, path: Path) -> bool:
    return path.type == "Extension" or bool(converters(kind, path.type))


def _fault(name: str, code: str, message: str) -> FieldError:
    return FieldError(f"SearchParameter.{name}", code, message)
