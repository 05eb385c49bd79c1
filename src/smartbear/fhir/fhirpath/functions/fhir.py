"""The functions FHIR adds (R4 fhirpath.html#functions)."""

from collections.abc import Mapping, Sequence
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.definitions import ValueSet
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame
from smartbear.fhir.fhirpath.functions.function import Function, of_kind, on_collection, on_single
from smartbear.fhir.fhirpath.items import Element, Item, Items, resource_element, single, system_value
from smartbear.fhir.fhirpath.types import type_of
from smartbear.fhir.narrative import problem
from smartbear.fhir.references import parse as parse_reference

_BASE = "http://hl7.org/fhir/StructureDefinition/"


def _extension(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    url = of_kind(single(arguments[0](frame)), str)
    found = (child for item in items if isinstance(item, Element) for child in item.children("extension"))
    return [child for child in found if isinstance(child, Element) and child.value.get("url") == url]


def _has_value(items: Items) -> Items:
    """True for one primitive that has a value and not only extensions."""
    return [len(items) == 1 and not isinstance(system_value(items[0]), Element)]


def _get_value(items: Items) -> Items:
    return [system_value(items[0])] if _has_value(items) == [True] else []


def _resolve(frame: Frame, items: Items, _: Sequence[Compiled]) -> Items:
    return [target for item in items if (target := _target(frame, item)) is not None]


def _target(frame: Frame, item: Item) -> Element | None:
    """A contained resource, what the caller's hook finds, or an empty resource of the type that is named."""
    text = _address(item)
    found = parse_reference(text) if text else None
    if found is None or text is None:
        return None
    if found.kind == "contained":
        return _contained(frame, found.id)
    resource = frame.run.given.resolve(text) if frame.run.given.resolve else None
    if resource is not None:
        return resource_element(resource)
    kind = found.type or (
        item.value.get("type") if isinstance(item, Element) and item.type == "Reference" else None
    )
    return (
        resource_element({"resourceType": kind, "id": found.id})
        if kind in definitions.resource_types()
        else None
    )


def _address(item: Item) -> str | None:
    value = item.value if isinstance(item, Element) else item
    text = value.get("reference") if isinstance(value, Mapping) else value
    return text if isinstance(text, str) else None


def _contained(frame: Frame, name: str) -> Element | None:
    root = frame.run.root
    if root is None or not name:
        return root
    inside: Sequence[Mapping[str, Any]] = root.value.get("contained") or ()
    frame.run.budget.spend(len(inside))
    return next((resource_element(found) for found in inside if found.get("id") == name), None)


def _conforms_to(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    """Only the base definitions are known here, for which conforming is being of that type."""
    url: str = of_kind(single(arguments[0](frame)), str) or ""
    name = url.removeprefix(_BASE)
    if not url.startswith(_BASE) or definitions.find_type(name) is None:
        raise EvaluationError("The profile that the expression names is not known.")
    return [definitions.is_a(type_of(items[0]).name, name)] if len(items) == 1 else []


def _member_of(frame: Frame, items: Items, arguments: Sequence[Compiled]) -> Items:
    """Of a value set that R4 binds as required and lists; a bare code is looked for in all its systems."""
    value_set = definitions.value_set(of_kind(single(arguments[0](frame)), str) or "")
    if value_set is None or not value_set.enumerable:
        raise EvaluationError("The value set that the expression names is not known.")
    if len(items) != 1:
        return []
    return [any(_is_member(value_set, system, code) for system, code in _codes(items[0]))]


def _is_member(value_set: ValueSet, system: str | None, code: str | None) -> bool:
    systems = value_set.systems if system is None else {system: value_set.systems.get(system, ())}
    return any(code in codes for codes in systems.values())


def _codes(item: Item) -> list[tuple[str | None, str | None]]:
    value = item.value if isinstance(item, Element) else item
    if not isinstance(value, Mapping):
        return [(None, str(value))]
    codings = value.get("coding") or () if "coding" in value else (value,)
    return [(coding.get("system"), coding.get("code")) for coding in codings]


FUNCTIONS = {
    "extension": Function(_extension, 1, 1),
    "hasValue": on_collection(_has_value),
    "getValue": on_collection(_get_value),
    "resolve": Function(_resolve),
    "conformsTo": Function(_conforms_to, 1, 1),
    "memberOf": Function(_member_of, 1, 1),
    "htmlChecks": on_single(lambda text: not problem(text), str),
}
