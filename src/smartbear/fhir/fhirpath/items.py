"""What collections consist of: values of the language itself and elements of resources.

A collection is a plain list and is never changed once it is made. An element stays an element as long as it
is navigated; operators and functions look at its ``system_value``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeGuard

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.temporal import Kind, Temporal
from smartbear.fhir.fhirpath.temporal import parse as parse_temporal
from smartbear.fhir.fhirpath.units import UCUM


class TypeInfo(NamedTuple):
    """Answer of ``type()``; ``namespace`` is ``System`` or ``FHIR``."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A resource or a part of one.

    ``value`` is its JSON: a dict, or a scalar that may be ``None`` when a primitive has only extensions.
    ``extra`` is the JSON of a primitive's id and extensions (its ``_name`` property).
    """

    value: Any
    type: str
    extra: Mapping[str, Any] | None = None

    @property
    def is_primitive(self) -> bool:
        """Whether the type is a primitive of FHIR."""
        return self.type in primitive_types()

    def children(self, name: str) -> Iterator["Item"]:
        """Child elements of a name; a choice is found by its name without the type."""
        if self.is_primitive:
            yield from self._of_primitive(name)
            return
        for key, extra_key, kind in _forms(self.type).get(name, ()):
            if key in self.value or extra_key in self.value:
                yield from self._property(key, kind)

    def all_children(self) -> Iterator["Item"]:
        """Every child, in the order of the definitions; a primitive's value is not a child."""
        for name in ("id", "extension") if self.is_primitive else definitions.elements(self.type):
            yield from self.children(name)

    def _of_primitive(self, name: str) -> Iterator["Item"]:
        if name == "value" and self.value is not None:
            yield system_value(self)
        extra = self.extra or {}
        if name == "id" and "id" in extra:
            yield Element(extra["id"], "string")
        if name == "extension":
            yield from (Element(item, "Extension") for item in extra.get("extension") or ())

    def _property(self, key: str, kind: str) -> Iterator["Element"]:
        found, extra = self.value.get(key), self.value.get(f"_{key}")
        if found is None and extra is None:
            return
        if not isinstance(found if found is not None else extra, list):
            yield _element(found, kind, extra)
            return
        found, extra = found or [], extra or []
        for place in range(max(len(found), len(extra))):
            beside = extra[place] if place < len(extra) else None
            yield _element(found[place] if place < len(found) else None, kind, beside)


@cache
def _known_forms(type_name: str) -> dict[str, tuple[tuple[str, str, str], ...]]:
    return {
        name: tuple((key := element.property_name(kind.code), f"_{key}", kind.code) for kind in element.types)
        for name, element in definitions.elements(type_name).items()
    }


def _forms(type_name: str) -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Element → the properties it may be written as, with their other halves and types."""
    return _known_forms(type_name) if type_name in definitions.type_names() else {}


def _element(value: Any, kind: str, extra: Any) -> Element:
    if kind == "Resource":
        return resource_element(value)
    return Element(value, kind, extra)


def resource_element(resource: Mapping[str, Any]) -> Element:
    """A whole resource; its type is what it says it is."""
    return Element(resource, str(resource.get("resourceType", "Resource")))


Scalar = bool | int | Decimal | str | Temporal | Quantity
Item = Element | TypeInfo | Scalar
Items = list[Item]


@cache
def primitive_types() -> frozenset[str]:
    """Names of the primitive types of R4."""
    kinds = (definitions.find_type(name) for name in definitions.type_names())
    return frozenset(kind.name for kind in kinds if kind and kind.kind == "primitive")


_TEMPORAL: dict[str, Kind] = {
    "date": "Date", "dateTime": "DateTime", "instant": "DateTime", "time": "Time",
}  # fmt: skip


def system_value(item: Item) -> Item:
    """The language's own value of a primitive or quantity; whatever has none stays as it is."""
    if not isinstance(item, Element) or item.value is None:
        return item
    if isinstance(item.value, dict):
        return _quantity(item) or item if definitions.is_a(item.type, "Quantity") else item
    if isinstance(item.value, float):
        return Decimal(repr(item.value))
    if item.type == "decimal":
        return Decimal(item.value)
    if kind := _TEMPORAL.get(item.type):
        return parse_temporal(kind, item.value) or item
    scalar: Scalar = item.value
    return scalar


def _quantity(item: Element) -> Quantity | None:
    number = item.value.get("value")
    if number is None or item.value.get("comparator"):
        return None
    code = item.value.get("code") if item.value.get("system") == UCUM else item.value.get("unit")
    return Quantity(Decimal(str(number)), code or "1")


Number = int | Decimal


def is_number(item: Item) -> TypeGuard[Number]:
    """An integer or decimal; a boolean is neither."""
    return isinstance(item, int | Decimal) and not isinstance(item, bool)


def single(items: Items) -> Item | None:
    """The system value of the only item; ``None`` when there is none."""
    if len(items) > 1:
        raise EvaluationError("Several items were found where the expression needs one.")
    return system_value(items[0]) if items else None


def truth(items: Items) -> bool | None:
    """Three-valued: a single item that is not a boolean counts as true (FHIRPath N1, section 4.5)."""
    found = single(items)
    return found if found is None or isinstance(found, bool) else True


def answer(value: Scalar | None) -> Items:
    """A collection of one, or of none."""
    return [] if value is None else [value]
