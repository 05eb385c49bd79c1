"""The value that an operation of a FHIRPath Patch brings along.

It is a ``value[x]``, a resource, or, for an element whose type has no name of its own, parts named like that
type's elements (https://hl7.org/fhir/R4/fhirpatch.html).
"""

from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Element
from smartbear.fhir.fhirpath.items import primitive_types
from smartbear.fhir.patch.faults import inapplicable, malformed
from smartbear.fhir.patch.places import Pair, pairs, store


def typed(part: dict[str, Any], element: Element, place: str) -> tuple[str, Pair]:
    """The JSON property under which ``element`` holds the value, and the value."""
    code, pair = _given(part)
    if code is None and pair[0] is None:
        return element.property_name(element.types[0].code), (_anonymous(part, element, place), None)
    fitting = [kind.code for kind in element.types if _fits(str(code), kind.code, exactly=element.choice)]
    if not fitting:
        raise inapplicable(f"{place}.value", "is of a type that the element cannot have")
    return element.property_name(fitting[0]), pair


def element_of(type_name: str, name: str) -> Element | None:
    """The element of a type that has this name; the name of a choice may say its type (``valueString``)."""
    field = definitions.fields(type_name).get(name)
    return definitions.element(type_name, name) or (field.element if field else None)


def _given(part: dict[str, Any]) -> tuple[str | None, Pair]:
    if "resource" in part:
        return "Resource", (part["resource"], None)
    for key, field in definitions.fields("Parameters.parameter").items():
        if field.element.name == "value" and (key in part or f"_{key}" in part):
            return field.type, (part.get(key), part.get(f"_{key}"))
    return None, (None, None)


def _fits(code: str, wanted: str, *, exactly: bool) -> bool:
    """Primitives are written alike: whether a string is the code it should be is for the validation."""
    alike = {code, wanted} <= primitive_types() or definitions.is_a(wanted, code)
    return code == wanted or (not exactly and alike)


def _anonymous(part: dict[str, Any], element: Element, place: str) -> dict[str, Any]:
    parts = part.get("part")
    kind = element.types[0].code
    if not parts:
        raise malformed(f"{place}.value", "is missing")
    if element.choice or kind in primitive_types():
        raise inapplicable(f"{place}.value", "must be a value of one of the element's types")
    members: dict[str, Any] = {}
    for index, inner in enumerate(parts):
        where = f"{place}.part[{index}]"
        child = element_of(kind, str(inner.get("name")))
        if child is None:
            raise inapplicable(f"{where}.name", "is no element of the type that the path leads to")
        key, pair = typed(inner, child, where)
        store(members, key, [*pairs(members, key), pair], repeats=child.repeats)
    return members
