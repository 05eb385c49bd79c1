"""How exact a value is: boundaries, ``precision``, ``comparable`` (additions of the FHIRPath 3.0 draft)."""

from calendar import monthrange
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import partial

from smartbear.fhir.fhirpath import quantities
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import Compiled, Frame
from smartbear.fhir.fhirpath.functions.function import Function, of_kind, on_single
from smartbear.fhir.fhirpath.items import Item, Items, single
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.temporal import EASTMOST, WESTMOST, Part, Temporal

_MOST_DECIMALS = 28
_DECIMALS = 8
_DIGITS = {  # digits of a precision → number of parts
    "Date": {4: 1, 6: 2, 8: 3},
    "DateTime": {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6},
    "Time": {2: 1, 4: 2, 6: 3, 9: 3},
}
_FINEST = {"Date": 8, "DateTime": 17, "Time": 9}
_EARLIEST: tuple[Part, ...] = (1, 1, 1, 0, 0, Decimal("0.000"))
_LATEST: tuple[Part, ...] = (9999, 12, 31, 23, 59, Decimal("59.999"))
_DATE_PARTS = 3
_MILLISECOND = Decimal("0.001")


def _boundary(frame: Frame, items: Items, arguments: Sequence[Compiled], *, high: bool) -> Items:
    value = single(items)
    digits: int | None = of_kind(single(arguments[0](frame)), int) if arguments else None
    if value is None or (arguments and digits is None):
        return []
    found = _of_item(value, digits, high=high)
    return [] if found is None else [found]


def _of_item(value: Item, digits: int | None, *, high: bool) -> Item | None:
    match value:
        case bool():
            pass
        case int() | Decimal():
            return _of_number(Decimal(value), digits, high=high)
        case Quantity(number, unit):
            found = _of_number(number, digits, high=high)
            return None if found is None else Quantity(found, unit)
        case Temporal():
            return _of_moment(value, digits, high=high)
    raise EvaluationError("Only numbers, quantities, dates and times have boundaries.")


def _of_number(value: Decimal, digits: int | None, *, high: bool) -> Decimal | None:
    """Half a unit of the last digit away, outwards; what rounds to nothing at that precision is zero."""
    digits = _DECIMALS if digits is None else digits
    if not 0 <= digits <= _MOST_DECIMALS:
        return None
    step = Decimal(1).scaleb(-digits)
    if not value.quantize(step, ROUND_HALF_UP) and digits:
        return value.quantize(step, ROUND_HALF_UP)
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    edge = value + half if high else value - half
    return edge.quantize(step, ROUND_CEILING if high else ROUND_FLOOR)


def _of_moment(value: Temporal, digits: int | None, *, high: bool) -> Temporal | None:
    finest = _FINEST[value.kind]
    count = _DIGITS[value.kind].get(finest if digits is None else digits)
    if count is None:
        return None
    parts = _filled(value, high=high)
    if isinstance(parts[-1], Decimal):
        exact = _to_milliseconds(parts[-1], high=high)
        parts[-1] = exact if digits in {None, finest} else Decimal(int(exact))
    zone = value.offset if value.offset is not None else WESTMOST if high else EASTMOST
    zoned = value.kind == "DateTime" and count > _DATE_PARTS
    return Temporal(value.kind, tuple(parts[:count]), zone if zoned else None)


def _filled(value: Temporal, *, high: bool) -> list[Part]:
    """All parts, the unknown ones at their limit; an hour alone is its first minute: FHIR has none such."""
    date_parts = 0 if value.kind == "Time" else _DATE_PARTS
    limits = (_LATEST if high else _EARLIEST)[_DATE_PARTS - date_parts :]
    parts = [*value.parts, *limits[len(value.parts) :]]
    if len(value.parts) == date_parts + 1:
        parts[date_parts + 1] = 0
    if high and len(value.parts) < date_parts:
        parts[2] = monthrange(int(parts[0]), int(parts[1]))[1]
    return parts


def _to_milliseconds(second: Decimal, *, high: bool) -> Decimal:
    """With three decimals; those not written are nines for the high boundary."""
    written = Decimal(1).scaleb(int(second.as_tuple().exponent))
    filled = second + Decimal("0.000")
    return filled + written - _MILLISECOND if high and written > _MILLISECOND else filled


def _precision(value: Item) -> int:
    """Digits written: after the point for numbers, all of them for dates and times."""
    if isinstance(value, Temporal):
        table: dict[int, int] = {parts: digits for digits, parts in reversed(_DIGITS[value.kind].items())}
        exact = isinstance(value.parts[-1], Decimal) and value.parts[-1].as_tuple().exponent != 0
        return _FINEST[value.kind] if exact else table[len(value.parts)]
    assert isinstance(value, int | Decimal)
    return max(0, -int(Decimal(value).as_tuple().exponent))


FUNCTIONS = {
    "lowBoundary": Function(partial(_boundary, high=False), 0, 1),
    "highBoundary": Function(partial(_boundary, high=True), 0, 1),
    "precision": on_single(_precision, (int, Decimal, Temporal)),
    "comparable": on_single(quantities.comparable, Quantity, Quantity),
}
