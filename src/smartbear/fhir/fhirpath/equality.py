"""``=`` and ``~`` on items and collections (FHIRPath N1, section 6.1), and what makes items distinct."""

from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import Any

from smartbear.fhir.fhirpath import quantities, temporal
from smartbear.fhir.fhirpath.items import Element, Item, Items, is_number, system_value
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.temporal import Temporal


def equal(left: Items, right: Items) -> bool | None:
    """In order, item by item; ``None`` when a side is empty or dates are not precise enough to tell."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    answers = [items_equal(a, b) for a, b in zip(left, right, strict=True)]
    if False in answers:
        return False
    return None if None in answers else True


def items_equal(left: Item, right: Item) -> bool | None:
    """Two items; numbers are also quantities of unit 1."""
    first, second = alike(system_value(left), system_value(right))
    if isinstance(first, Temporal) and isinstance(second, Temporal):
        if (first.kind == "Time") != (second.kind == "Time"):
            return False
        order = temporal.compare(first, second)
        return None if order is None else order == 0
    if isinstance(first, Quantity) and isinstance(second, Quantity):
        order = quantities.compare(first, second)
        return None if order is None else order == 0
    return key(first) == key(second)


def equivalent(left: Items, right: Items) -> bool:
    """In any order; empty collections are equivalent to each other."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for item in left:
        found = next((i for i, other in enumerate(rest) if items_equivalent(item, other)), None)
        if found is None:
            return False
        del rest[found]
    return True


def items_equivalent(left: Item, right: Item) -> bool:
    """Text without case and width of spaces, numbers to the lesser precision, the rest exactly."""
    first, second = alike(system_value(left), system_value(right))
    if isinstance(first, str) and isinstance(second, str):
        return _normal(first) == _normal(second)
    if is_number(first) and is_number(second):
        return quantities.rounded_equal(Decimal(first), Decimal(second))
    if isinstance(first, Quantity) and isinstance(second, Quantity):
        return quantities.equivalent(first, second)
    return items_equal(first, second) is True


def alike(left: Item, right: Item) -> tuple[Item, Item]:
    """Implicit conversion of a number that meets a quantity (section 5.5)."""
    if isinstance(left, Quantity) and is_number(right):
        return left, Quantity(Decimal(right), "1")
    if isinstance(right, Quantity) and is_number(left):
        return Quantity(Decimal(left), "1"), right
    return left, right


def _normal(text: str) -> str:
    return " ".join(text.lower().split())


def distinct(items: Iterable[Item]) -> Items:
    """The first of each, in their order."""
    found: dict[Hashable, Item] = {}
    for item in items:
        found.setdefault(key(item), item)
    return list(found.values())


def key(item: Item) -> Hashable:
    """Equal for equal items, so that sets of them are cheap; dates that may or may not be equal are not."""
    value = system_value(item)
    if isinstance(value, Element):
        return _frozen(value.value), _frozen(value.extra)
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, Temporal):
        return temporal.key(value)
    if isinstance(value, Quantity):
        return quantities.key(value)
    return value


def _frozen(value: Any) -> Hashable:
    if isinstance(value, dict):
        return frozenset((name, _frozen(child)) for name, child in value.items())
    if isinstance(value, list):
        return tuple(_frozen(child) for child in value)
    return ("boolean", value) if isinstance(value, bool) else value
