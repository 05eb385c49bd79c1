"""Objects: known properties, cardinality, choices, and the `_name` halves of primitives.

Checks are closures over the definition tables. A type's closure starts empty and learns a property when it
first meets it, so start-up is free and memory holds only what this process has seen.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Element, Field
from smartbear.fhir.issues import step
from smartbear.fhir.validation import contained, invariants
from smartbear.fhir.validation.bindings import bound_code, bound_concept
from smartbear.fhir.validation.fault import LIMIT, Check, Fault, Faults, Gaps, LocalReference, certain, under
from smartbear.fhir.validation.primitives import element_id_check, primitive_check, xhtml_check
from smartbear.fhir.validation.targets import reference_check

_ONLY_ID = frozenset({"id"})


@cache
def object_check(type_name: str) -> Check:
    """The check of a JSON object that stands for a value of this complex type or resource type.

    Invariants are asked only of objects whose own content is sound, since they rely on it.
    """
    faults_inside = _properties_check(type_name)
    required = _required(type_name)
    choices = _choices(type_name)
    rules = invariants.errors(type_name)

    def check(value: Any) -> Faults:
        if value.__class__ is not dict:
            return [Fault("structure", "must be a JSON object")]
        if len(value) <= 1 and value.keys() <= _ONLY_ID:
            return [Fault("invariant", "ele-1: must have a value or children besides an id")]
        faults = faults_inside(value)
        for name in required:
            if name not in value:
                faults += _missing(type_name, name, value)
        for name, names in choices:
            if len(names.intersection(value)) > 1:
                faults += _ambiguous(name, names, value)
        if rules and _is_sound(faults):
            faults += invariants.broken(rules, value)
        return faults

    return check


def _properties_check(type_name: str) -> Callable[[dict[str, Any]], list[Fault]]:
    known: dict[str, Check] = {}

    def check(value: dict[str, Any]) -> list[Fault]:
        faults: list[Fault] = []
        room = LIMIT
        for name, child in value.items():
            found = (known.get(name) or _learn(known, type_name, name))(child)
            if found:
                found = under(_place(type_name, name), _with_open_gaps(found, value, name))
                faults += found
                room -= certain(found)
                if room <= 0:
                    break
        return faults

    return check


def _is_sound(faults: list[Fault]) -> bool:
    return not faults or all(isinstance(fault, LocalReference) for fault in faults)


def _required(type_name: str) -> tuple[str, ...]:
    return tuple(element.name for element in definitions.elements(type_name).values() if element.min)


def _choices(type_name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    choices = (element for element in definitions.elements(type_name).values() if element.choice)
    return tuple((element.name, frozenset(_halves(element))) for element in choices)


def _halves(element: Element) -> Iterator[str]:
    for kind in element.types:
        name = element.property_name(kind.code)
        yield from (name, "_" + name)


def _place(type_name: str, name: str) -> str:
    """`valueQuantity` and `_valueQuantity` are both at `.value`."""
    field = definitions.fields(type_name).get(name.removeprefix("_"))
    return "." + field.element.name if field else step(name)


def _missing(type_name: str, name: str, value: dict[str, Any]) -> list[Fault]:
    element = definitions.elements(type_name)[name]
    allowed = {element.property_name(kind.code) for kind in element.types}
    if any(given.removeprefix("_") in allowed for given in value):
        return []
    return [Fault("required", "is required", "." + name)]


def _ambiguous(element: str, names: frozenset[str], value: dict[str, Any]) -> list[Fault]:
    given = sorted({name.removeprefix("_") for name in names.intersection(value)})
    if len(given) == 1:  # both halves of one primitive
        return []
    return [Fault("structure", f"only one of {' and '.join(given)} may be given", "." + element)]


def _with_open_gaps(faults: list[Fault], value: dict[str, Any], name: str) -> Iterator[Fault]:
    """Nulls of one half of a repeating primitive are sound where the other half has something."""
    half = value.get(name[1:] if name.startswith("_") else "_" + name)
    filled = {i for i, item in enumerate(half) if item is not None} if isinstance(half, list) else set()
    for fault in faults:
        if isinstance(fault, Gaps):
            still_open = (index for index in fault.indexes if index not in filled)
            yield from (Fault(fault.code, fault.message, f"[{i}]") for i in islice(still_open, LIMIT))
        else:
            yield fault


def _learn(known: dict[str, Check], type_name: str, name: str) -> Check:
    """The check of a property; only properties that exist are remembered."""
    check = _property_check(type_name, name)
    if check is None:
        return _unknown
    known[name] = check
    return check


def _unknown(_value: Any) -> Faults:
    return [Fault("structure", "is not a property that is defined here")]


def _property_check(type_name: str, name: str) -> Check | None:
    if name == "resourceType" and type_name in definitions.resource_types():
        return primitive_check("string")
    field = definitions.fields(type_name).get(name.removeprefix("_"))
    if field is None or field.element.max == 0:
        return None
    if name.startswith("_"):
        item = _extras_check(field.type) if _is_primitive(field.type) else None
    else:
        item = _value_check(field)
    return _array_of(item, _is_primitive(field.type)) if item and field.element.repeats else item


def _is_primitive(type_name: str) -> bool:
    definition = definitions.find_type(type_name)
    return definition is not None and definition.kind == "primitive"


def _value_check(field: Field) -> Check:
    if field.type == "Resource":
        return _contained_check if field.element.name == "contained" else resource_check
    if _is_primitive(field.type):
        return _primitive_check(field)
    check = object_check(field.type)
    if field.type == "Reference":
        return reference_check(_kind(field).targets, check)
    if field.element.binding:
        return bound_concept(field.element.binding, check)
    return _simple_quantity(check) if _kind(field).profile == "SimpleQuantity" else check


def _primitive_check(field: Field) -> Check:
    if field.type == "xhtml":
        return xhtml_check
    if field.element.name == "id" and field.type == "string":
        return element_id_check
    check = primitive_check(field.type)
    return bound_code(field.element.binding, check) if field.element.binding else check


def _kind(field: Field) -> definitions.ElementType:
    return next(kind for kind in field.element.types if kind.code == field.type)


def _simple_quantity(inner: Check) -> Check:
    def check(value: Any) -> Faults:
        found = inner(value)
        if not found and "comparator" in value:
            return [Fault("invariant", "sqty-1: must not have a comparator", ".comparator")]
        return found

    return check


def _extras_check(type_name: str) -> Check:
    """The `_name` half of a primitive: an id, extensions, or both; an id alone belongs to the value."""
    check = object_check(type_name)

    def check_extras(value: Any) -> Faults:
        if value.__class__ is dict and value.keys() == _ONLY_ID:
            return under(".id", element_id_check(value["id"]) or ())
        return check(value)

    return check_extras


def _array_of(item: Check, is_primitive: bool) -> Check:  # noqa: FBT001 - one caller, named there
    def check(values: Any) -> Faults:
        if values.__class__ is not list:
            return [Fault("structure", "must be a JSON array")]
        if not values:
            return [Fault("structure", "must not be an empty array")]
        faults: list[Fault] = []
        room = LIMIT
        for index, value in enumerate(values):
            found = item(value)
            if found and not (is_primitive and value is None):
                faults += under(f"[{index}]", found)
                room -= certain(found)
                if room <= 0:
                    return faults
        return faults + _gaps(values) if is_primitive else faults

    return check


def _gaps(values: list[Any]) -> list[Fault]:
    if None not in values:
        return []
    indexes = tuple(index for index, value in enumerate(values) if value is None)
    return [Gaps("structure", "must not be null", indexes=indexes)]


def _contained_check(value: Any) -> Faults:
    """A resource of any type whose references into `contained` are still open."""
    if value.__class__ is not dict:
        return [Fault("structure", "must be a JSON object")]
    type_name = value.get("resourceType")
    if type_name is None:
        return [Fault("required", "is required", ".resourceType")]
    if type_name.__class__ is not str or type_name not in definitions.resource_types():
        return [Fault("value", "is not a resource type of FHIR R4", ".resourceType")]
    return object_check(type_name)(value)


def resource_check(value: Any) -> Faults:
    """The check of a resource of any type that stands alone or is an entry of a Bundle."""
    found = _contained_check(value)
    if value.__class__ is not dict or not (found or "contained" in value):
        return found
    return contained.settled(value, found or [])
