"""Numbers and quantities: ranges in the resource, implied precision in the search (R4 3.1.1.4.6 and 12)."""

import re
from decimal import Decimal
from typing import Any

from smartbear.fhir.fhirpath.units import UCUM, Unit, unit
from smartbear.fhir.search.values import Number, Quantity

CURRENCY = "urn:iso:std:iso:4217"
INFINITY = Decimal("Infinity")

_NUMBER = re.compile(r"[+-]?(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_APPROXIMATELY = Decimal("0.1")  # of the value: R4 search 3.1.1.4.5
_LEAST_FIGURES = 2  # of a number with an exponent: R4 reads 1e2 as [95, 105)


def number(text: str) -> Decimal | None:
    """``None`` when the text is not a decimal number of reasonable length."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def implicit_range(text: str) -> tuple[Decimal, Decimal]:
    """Half a unit of the last written digit to either side: 100 → [99.5, 100.5), 5.40e-3 → ± 0.000005."""
    value = Decimal(text)
    last = int(value.as_tuple().exponent)
    if "e" in text.lower():
        last = min(last, value.adjusted() - _LEAST_FIGURES + 1)
    half = Decimal(5).scaleb(last - 1)
    return value - half, value + half


def approximate_range(text: str) -> tuple[Decimal, Decimal]:
    """A tenth of the value to either side, but never less than the implicit range."""
    low, high = implicit_range(text)
    margin = abs(Decimal(text)) * _APPROXIMATELY
    return min(low, Decimal(text) - margin), max(high, Decimal(text) + margin)


def decimal(value: Any) -> Decimal:
    """A JSON number exactly as written: a float by its shortest spelling."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def point(value: Any) -> list[Number]:
    """A decimal or integer element."""
    exact = decimal(value)
    return [Number(exact, exact)]


def number_range(value: dict[str, Any]) -> list[Number]:
    """A Range; a missing side is infinite."""
    return [Number(low, high) for low, high in _bounds(value)]


def _bounds(value: dict[str, Any]) -> list[tuple[Decimal, Decimal]]:
    low, high = ((value.get(side) or {}).get("value") for side in ("low", "high"))
    if low is None and high is None:
        return []
    return [(-INFINITY if low is None else decimal(low), INFINITY if high is None else decimal(high))]


def quantity(value: dict[str, Any]) -> list[Quantity]:
    """A Quantity or one of its kinds (Age, Duration, Count, Distance, SimpleQuantity)."""
    if value.get("value") is None:
        return []
    exact = decimal(value["value"])
    comparator = value.get("comparator")
    low = -INFINITY if comparator in {"<", "<="} else exact
    high = INFINITY if comparator in {">", ">="} else exact
    return [measured(low, high, value.get("system"), value.get("code"), value.get("unit"))]


def quantity_range(value: dict[str, Any]) -> list[Quantity]:
    """A Range, in the unit of whichever side has one."""
    side = value.get("low") or value.get("high") or {}
    units = (side.get("system"), side.get("code"), side.get("unit"))
    return [measured(low, high, *units) for low, high in _bounds(value)]


def money(value: dict[str, Any]) -> list[Quantity]:
    """An amount; the currency is the unit."""
    if value.get("value") is None:
        return []
    exact = decimal(value["value"])
    return [measured(exact, exact, CURRENCY, value.get("currency"), value.get("currency"))]


def sampled(value: dict[str, Any]) -> list[Quantity]:
    """SampledData by its detection limits, in the unit of its origin."""
    low, high = value.get("lowerLimit"), value.get("upperLimit")
    if low is None and high is None:
        return []
    limits = {"low": {**value.get("origin", {}), "value": low}, "high": {"value": high}}
    return quantity_range(limits)


def measured(
    low: Decimal, high: Decimal, system: str | None, code: str | None, words: str | None
) -> Quantity:
    """With the canonical range beside it when the unit is UCUM and known."""
    known = unit(code) if system == UCUM and code else None
    if known is None:
        return Quantity(low, high, system, code, words, None, None, None)
    canonical_low = to_base(known, low)
    canonical_high = canonical_low if high is low else to_base(known, high)
    return Quantity(low, high, system, code, words, canonical_low, canonical_high, known.dimension)


def to_base(known: Unit, value: Decimal) -> Decimal:
    """The value in base units; infinities stay."""
    return known.to_base(value) if value.is_finite() else value
