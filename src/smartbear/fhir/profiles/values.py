"""Fixed values, patterns and ranges (https://hl7.org/fhir/R4/elementdefinition-definitions.html)."""

from decimal import Decimal
from typing import Any

from smartbear.fhir.fhirpath.errors import FHIRPathError
from smartbear.fhir.fhirpath.items import Element, Item, system_value
from smartbear.fhir.fhirpath.operators import compare_items


def is_fixed(value: Any, fixed: Any) -> bool:
    """Whether the two are the same, to every property and in the same order."""
    if isinstance(fixed, dict):
        return isinstance(value, dict) and value.keys() == fixed.keys() and _all_fixed(value, fixed, fixed)
    if isinstance(fixed, list):
        return (
            isinstance(value, list)
            and len(value) == len(fixed)
            and _all_fixed(value, fixed, range(len(fixed)))
        )
    return _is_same(value, fixed)


def _all_fixed(value: Any, fixed: Any, keys: Any) -> bool:
    return all(is_fixed(value[key], fixed[key]) for key in keys)


def fits(value: Any, pattern: Any) -> bool:
    """Whether the value has everything the pattern has; for each item of an array, some item that fits it."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and fits(value[name], wanted) for name, wanted in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(fits(item, wanted) for item in value) for wanted in pattern
        )
    return _is_same(value, pattern)


def _is_same(value: Any, other: Any) -> bool:
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return Decimal(str(value)) == Decimal(str(other))
    return bool(value == other)


def order(value: Element, bound: Element) -> int | None:
    """-1, 0 or 1; None if the two cannot be compared."""
    try:
        return compare_items(_comparable(value), _comparable(bound))
    except FHIRPathError:
        return None


def _comparable(element: Element) -> Item:
    return system_value(element)
