"""``+ - * / div mod`` and the sign (FHIRPath N1, section 6.6).

What cannot be represented is empty, not an error: division by zero, integers beyond 32 bits, dates beyond the
year 9999.
"""

from collections.abc import Callable
from decimal import Decimal

from smartbear.fhir.fhirpath import quantities, temporal
from smartbear.fhir.fhirpath.equality import alike
from smartbear.fhir.fhirpath.errors import EvaluationError
from smartbear.fhir.fhirpath.frame import bounded_text
from smartbear.fhir.fhirpath.items import Item, Items, Number, Scalar, answer, is_number, single
from smartbear.fhir.fhirpath.quantities import CALENDAR_UCUM, Quantity
from smartbear.fhir.fhirpath.temporal import Temporal
from smartbear.fhir.fhirpath.units import unit

_LARGEST_INTEGER = 2**31 - 1


def _operation(apply: Callable[[Item, Item], Scalar | None]) -> Callable[[Items, Items], Items]:
    def evaluate(left: Items, right: Items) -> Items:
        first, second = single(left), single(right)
        if first is None or second is None:
            return []
        try:
            return answer(apply(*alike(first, second)))
        except ArithmeticError:
            return []

    return evaluate


def fitting(value: Number) -> Number | None:
    """``None`` for an integer that 32 bits do not hold and for infinities."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if not -_LARGEST_INTEGER - 1 <= value <= _LARGEST_INTEGER:
        return None
    return value


def numbers(left: Item, right: Item) -> tuple[Number, Number]:
    """Both as numbers, or an error."""
    if not (is_number(left) and is_number(right)):
        raise EvaluationError("These types do not go together in arithmetic.")
    return left, right


def _add(left: Item, right: Item, sign: int = 1) -> Scalar | None:
    match left, right:
        case Temporal(), Quantity():
            return _moved(left, right, sign)
        case Quantity(), Quantity():
            return quantities.add(left, right, sign)
    first, second = numbers(left, right)
    return fitting(first + sign * second)


def _add_or_join(left: Item, right: Item) -> Scalar | None:
    if isinstance(left, str) and isinstance(right, str):
        return bounded_text(left + right)
    return _add(left, right)


def _moved(moment: Temporal, by: Quantity, sign: int) -> Temporal | None:
    """Calendar words move the calendar; UCUM codes only where they mean the same (not ``mo`` and ``a``)."""
    if by.months is not None and moment.kind != "Time":
        return temporal.add_months(moment, sign * int(by.value) * by.months)
    seconds = unit(CALENDAR_UCUM.get(by.unit, by.unit))
    if by.months is not None or seconds is None or seconds.dimension != "s" or by.unit in {"a", "mo"}:
        raise EvaluationError("This quantity cannot be added to a date or time.")
    return temporal.add_seconds(moment, sign * seconds.to_base(_countable(by)))


def _countable(by: Quantity) -> Decimal:
    """Fractions count for seconds and shorter only (section 6.6.7)."""
    whole = CALENDAR_UCUM.get(by.unit, by.unit) not in {"s", "ms"}
    return Decimal(int(by.value)) if whole else by.value


def _multiply(left: Item, right: Item) -> Scalar | None:
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        return quantities.multiply(left, right)
    first, second = numbers(left, right)
    return fitting(first * second)


def _divide(left: Item, right: Item) -> Scalar | None:
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        return quantities.multiply(left, right, divide=True)
    first, second = numbers(left, right)
    return Decimal(first) / Decimal(second)


def _quotient(left: Item, right: Item) -> Scalar | None:
    first, second = numbers(left, right)
    return fitting(int(Decimal(first) / Decimal(second)))


def _modulo(left: Item, right: Item) -> Scalar | None:
    """Truncated: the sign of the dividend."""
    first, second = numbers(left, right)
    rest = Decimal(first) % Decimal(second)
    return int(rest) if isinstance(first, int) and isinstance(second, int) else rest


add = _operation(_add_or_join)
subtract = _operation(lambda left, right: _add(left, right, -1))
multiply = _operation(_multiply)
divide = _operation(_divide)
quotient = _operation(_quotient)
modulo = _operation(_modulo)


def negative(items: Items) -> Items:
    """A leading minus."""
    value = single(items)
    if isinstance(value, Quantity):
        return [Quantity(-value.value, value.unit)]
    if value is None:
        return []
    return [-numbers(value, 0)[0]]
