"""Quantities of the language: a decimal and a unit, UCUM in quotes or a calendar word (FHIRPath N1, 2.1.6.6).

Weeks and shorter are the same in both; a calendar month or year is not a fixed number of seconds, so it
compares with nothing but months and years.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from smartbear.fhir.fhirpath.units import Unit, ratio_unit, unit

_SINGULAR = {
    "year": "a", "month": "mo", "week": "wk", "day": "d",
    "hour": "h", "minute": "min", "second": "s", "millisecond": "ms",
}  # fmt: skip
CALENDAR_UCUM = _SINGULAR | {f"{word}s": code for word, code in _SINGULAR.items()}
_CALENDAR_MONTHS = {"month": 1, "months": 1, "year": 12, "years": 12}
_MONTH = "calendar month"  # a dimension of its own


@dataclass(frozen=True, slots=True)
class Quantity:
    """``unit`` is a UCUM code or a word of ``CALENDAR_UCUM``; without a unit it is ``1``."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit if self.unit in CALENDAR_UCUM else repr(self.unit)}"

    @property
    def months(self) -> int | None:
        """How many calendar months one of the unit is."""
        return _CALENDAR_MONTHS.get(self.unit)


def known_unit(code: str) -> Unit | None:
    """The unit of a UCUM code or calendar word; ``None`` when there is no such unit."""
    if code in _CALENDAR_MONTHS:
        return ratio_unit(Fraction(_CALENDAR_MONTHS[code]), _MONTH)
    return unit(CALENDAR_UCUM.get(code, code))


def comparable(left: Quantity, right: Quantity) -> bool:
    """Whether the two measure the same kind of thing."""
    if left.unit == right.unit:
        return True
    units = known_unit(left.unit), known_unit(right.unit)
    return units[0] is not None and units[1] is not None and units[0].dimension == units[1].dimension


def compare(left: Quantity, right: Quantity) -> int | None:
    """-1, 0, 1; ``None`` for quantities that do not compare."""
    if not comparable(left, right):
        return None
    first, second = _in_base(left), _in_base(right)
    return (first > second) - (first < second)


def equivalent(left: Quantity, right: Quantity) -> bool:
    """Equal after rounding to the coarser of the two, in the larger of the two units."""
    if not comparable(left, right):
        return False
    units = known_unit(left.unit), known_unit(right.unit)
    if left.unit == right.unit or units[0] is None or units[1] is None:
        return rounded_equal(left.value, right.value)
    small, large = sorted(((left, units[0]), (right, units[1])), key=lambda pair: pair[1].ratio)
    return rounded_equal(convert(small[0], large[1]), large[0].value)


def convert(quantity: Quantity, to: Unit) -> Decimal:
    """The number in another unit of the same dimension."""
    source = known_unit(quantity.unit)
    assert source is not None
    ratio = source.ratio / to.ratio
    return (quantity.value + source.offset) * ratio.numerator / ratio.denominator - to.offset


def rounded_equal(left: Decimal, right: Decimal) -> bool:
    """Equal to as many decimals as the less precise has, trailing zeros aside (``~`` on decimals)."""
    places = min(decimals(left), decimals(right))
    step = Decimal(1).scaleb(-places)
    return left.quantize(step, ROUND_HALF_UP) == right.quantize(step, ROUND_HALF_UP)


def decimals(value: Decimal) -> int:
    """Digits after the point, without trailing zeros."""
    return max(0, -int(value.normalize().as_tuple().exponent))


def key(quantity: Quantity) -> tuple[Decimal, str]:
    """The same for quantities that ``compare`` as 0, and for no others."""
    known = known_unit(quantity.unit)
    return _in_base(quantity), quantity.unit if known is None else known.dimension


def _in_base(quantity: Quantity) -> Decimal:
    known = known_unit(quantity.unit)
    return quantity.value if known is None else known.to_base(quantity.value)


def multiply(left: Quantity, right: Quantity, *, divide: bool = False) -> Quantity | None:
    """In base units, unless one side is a bare number; ``None`` when a unit is not known or by zero."""
    if divide and not right.value:
        return None
    value = left.value / right.value if divide else left.value * right.value
    if right.unit == "1":
        return Quantity(value, left.unit)
    if left.unit == "1" and not divide:
        return Quantity(value, right.unit)
    code = f"({_ucum(left.unit)}){'/' if divide else '.'}({_ucum(right.unit)})"
    product = unit(code)
    return None if product is None else Quantity(product.to_base(value), product.dimension)


def _ucum(code: str) -> str:
    return CALENDAR_UCUM.get(code, code)


def add(left: Quantity, right: Quantity, sign: int) -> Quantity | None:
    """In the unit of the left side; ``None`` when the two do not compare."""
    if left.unit == right.unit:
        return Quantity(left.value + sign * right.value, left.unit)
    known = known_unit(left.unit)
    if known is None or not comparable(left, right):
        return None
    return Quantity(left.value + sign * convert(right, known), left.unit)
