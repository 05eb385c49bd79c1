"""Mathematics (section 5.7); quantities keep their unit where that makes sense."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from smartbear.fhir.fhirpath.arithmetic import fitting
from smartbear.fhir.fhirpath.functions.function import Function, on_single
from smartbear.fhir.fhirpath.items import Number
from smartbear.fhir.fhirpath.quantities import Quantity

_NUMBER = (int, Decimal)
_MEASURE = (int, Decimal, Quantity)


def _calculated(answer: Callable[..., Number | None]) -> Callable[..., Number | None]:
    """What has no result (the logarithm of zero, an overflow) is empty."""

    def calculate(*values: Number) -> Number | None:
        try:
            found = answer(*values)
        except ArithmeticError:
            return None
        return found if found is None else fitting(found)

    return calculate


def _whole(rounding: str) -> Function:
    def answer(value: Number) -> Number:
        return int(Decimal(value).to_integral_value(rounding))

    return on_single(_calculated(answer), _NUMBER)


def _abs(value: Number | Quantity) -> Number | Quantity:
    if isinstance(value, Quantity):
        return Quantity(abs(value.value), value.unit)
    return -value if value < 0 else value


def _round(value: Number, places: int = 0) -> Number | None:
    if places < 0:
        return None
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _log(value: Number, base: Number) -> Number:
    return (Decimal(value).ln() / Decimal(base).ln()).quantize(Decimal("1e-12")).normalize()


def _power(value: Number, exponent: Number) -> Number | None:
    found = Decimal(value) ** Decimal(exponent)
    whole = isinstance(value, int) and isinstance(exponent, int) and exponent >= 0
    return int(found) if whole and found.adjusted() < len(str(2**31)) else found


FUNCTIONS = {
    "abs": on_single(_abs, _MEASURE),
    "ceiling": _whole(ROUND_CEILING),
    "floor": _whole(ROUND_FLOOR),
    "truncate": _whole(ROUND_DOWN),
    "round": on_single(_calculated(_round), _NUMBER, int, optional=1),
    "sqrt": on_single(_calculated(lambda value: Decimal(value).sqrt()), _NUMBER),
    "exp": on_single(_calculated(lambda value: Decimal(value).exp()), _NUMBER),
    "ln": on_single(_calculated(lambda value: Decimal(value).ln()), _NUMBER),
    "log": on_single(_calculated(_log), _NUMBER, _NUMBER),
    "power": on_single(_calculated(_power), _NUMBER, _NUMBER),
}
