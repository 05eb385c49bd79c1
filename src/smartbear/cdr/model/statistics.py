"""Statistics over measurements, by the codes of http://terminology.hl7.org/CodeSystem/observation-statistics.

Variance and standard deviation are those of a sample (n - 1). Percentiles, quartiles, quintiles and the
median interpolate between neighbours, the lowest value being 0 % and the highest 100 %. Skewness and kurtosis
are the moments of the measurements themselves, kurtosis as the excess over a normal distribution's.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, localcontext

Values = Sequence[Decimal]
"""Sorted, at least one."""

_DIGITS = 12  # significant digits of a result, well inside what a double holds
_TWO = Decimal(2)


def _mean(values: Values) -> Decimal:
    return sum(values, Decimal()) / len(values)


def _moment(values: Values, power: int) -> Decimal:
    mean = _mean(values)
    return sum(((value - mean) ** power for value in values), Decimal()) / len(values)


def _variance(values: Values) -> Decimal:
    return _moment(values, 2) * len(values) / (len(values) - 1)


def _percentile(percent: int) -> Callable[[Values], Decimal]:
    def of(values: Values) -> Decimal:
        place = Decimal(percent) * (len(values) - 1) / 100
        below = int(place)
        above = min(below + 1, len(values) - 1)
        return values[below] + (values[above] - values[below]) * (place - below)

    return of


def _quartile_deviation(values: Values) -> Decimal:
    return (_percentile(75)(values) - _percentile(25)(values)) / _TWO


STATISTICS: Mapping[str, Callable[[Values], Decimal]] = {
    "average": _mean,
    "maximum": lambda values: values[-1],
    "minimum": lambda values: values[0],
    "count": lambda values: Decimal(len(values)),
    "median": _percentile(50),
    "std-dev": lambda values: _variance(values).sqrt(),
    "sum": lambda values: sum(values, Decimal()),
    "variance": _variance,
    "20-percent": _percentile(20),
    "80-percent": _percentile(80),
    "4-lower": _percentile(25),
    "4-upper": _percentile(75),
    "4-dev": _quartile_deviation,
    "5-1": _percentile(20),
    "5-2": _percentile(40),
    "5-3": _percentile(60),
    "5-4": _percentile(80),
    "skew": lambda values: _moment(values, 3) / _moment(values, 2) ** Decimal("1.5"),
    "kurtosis": lambda values: _moment(values, 4) / _moment(values, 2) ** 2 - 3,
}
TOTAL = "total-count"
"""Of all observations, also those without a value; the others are of values alone."""

PLAIN = frozenset({"count", "skew", "kurtosis", TOTAL})
"""Numbers without a unit; a variance has the unit squared, all others that of the values."""


def statistic(code: str, values: Values) -> Decimal | None:
    """One statistic of sorted values; None where it has no meaning, as the spread of one value."""
    if not values:
        return Decimal() if code == "count" else None
    with localcontext(Context(prec=50)):
        try:
            found = STATISTICS[code](values)
        except (DivisionByZero, InvalidOperation):
            return None
    return Context(prec=_DIGITS).plus(found)
