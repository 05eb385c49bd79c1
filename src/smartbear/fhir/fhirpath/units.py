"""Units of measure as ratios to base units.

A ratio is an exact fraction, so that 60 /min is 1 /s and not nearly so. The base units are UCUM's, with two
departures: the mole is a base unit, because a substance amount is not a bare count, and every arbitrary unit
(``[iU]``, ``[pH]`` …) is one of its own, because UCUM forbids to convert between them.
"""

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from smartbear.fhir.fhirpath import ucum

UCUM = "http://unitsofmeasure.org"

_LONGEST_CODE = 100  # characters; longer ones are not looked at
_LONE_ANNOTATION = re.compile(r"(^|[./(])\{[^{}]*\}")
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_TOKEN = re.compile(
    r"""(?P<operator> [./()] )
      | (?P<number>   [1-9]\d* ) (?= $ | [./()] )
      | (?P<symbol>   (?: \[[^][]*\] | 10[*^] | [^][(){}./\d+-] )+ ) (?P<exponent> [+-]?\d{1,2} )?""",
    re.VERBOSE | re.ASCII,
)


class Unit(NamedTuple):
    """In base units a value is ``(value + offset) * ratio``.

    ``dimension`` spells the base units: ``g.m-3``. The two sides of ``ratio`` are kept as decimals too.
    """

    ratio: Fraction
    dimension: str
    offset: Decimal
    numerator: Decimal
    denominator: Decimal

    def to_base(self, value: Decimal) -> Decimal:
        """Exact up to the digits of the ambient decimal context."""
        return (value + self.offset) * self.numerator / self.denominator


def ratio_unit(ratio: Fraction, dimension: str, offset: Decimal = Decimal(0)) -> Unit:
    """A unit of its parts."""
    return Unit(ratio, dimension, offset, Decimal(ratio.numerator), Decimal(ratio.denominator))


class _Product(NamedTuple):
    ratio: Fraction
    powers: Counter[str]

    def times(self, other: "_Product", exponent: int) -> "_Product":
        powers = Counter(self.powers)
        for base, power in other.powers.items():
            powers[base] += power * exponent
        return _Product(self.ratio * other.ratio**exponent, powers)


_ONE = _Product(Fraction(1), Counter())


@lru_cache(maxsize=4096)
def unit(code: str) -> Unit | None:
    """``None`` for what is not UCUM or not in our table. Annotations (``{steps}``) count as 1."""
    if special := ucum.SPECIAL.get(code):
        offset, ratio, base = special
        return ratio_unit(Fraction(ratio), base, Decimal(offset))
    if len(code) > _LONGEST_CODE:
        return None
    product = _product(_ANNOTATION.sub("", _LONE_ANNOTATION.sub(r"\g<1>1", code)))
    return None if product is None else ratio_unit(product.ratio, _spelled(product.powers))


def _product(code: str) -> _Product | None:
    tokens: list[re.Match[str]] = []
    at = 0
    while at < len(code):
        match = _TOKEN.match(code, at)
        if match is None:
            return None
        tokens.append(match)
        at = match.end()
    tokens.reverse()
    product = _term(tokens)
    return product if not tokens else None


def _term(tokens: list[re.Match[str]]) -> _Product | None:
    """Consumes tokens from the end up to a closing parenthesis; division holds for the next factor only."""
    product = _ONE
    operator = "/" if _accept(tokens, "/") else "."
    while operator:
        factor = _factor(tokens.pop(), tokens) if tokens else None
        if factor is None:
            return None
        product = product.times(factor, 1 if operator == "." else -1)
        operator = _accept(tokens, ".") or _accept(tokens, "/")
    return product


def _accept(tokens: list[re.Match[str]], text: str) -> str:
    """The next token, taken when it is this one."""
    return tokens.pop().group() if tokens and tokens[-1].group() == text else ""


def _factor(token: re.Match[str], rest: list[re.Match[str]]) -> _Product | None:
    if token["operator"] == "(":
        inner = _term(rest)
        return inner if _accept(rest, ")") else None
    if token["number"]:
        return _Product(Fraction(token["number"]), Counter())
    atom = _atom(token["symbol"]) if token["symbol"] else None
    return None if atom is None else _ONE.times(atom, int(token["exponent"] or 1))


@lru_cache(maxsize=1024)
def _atom(symbol: str) -> _Product | None:
    if symbol in ucum.BASE or symbol in ucum.ARBITRARY:
        return _Product(Fraction(1), Counter({symbol: 1}))
    if definition := ucum.METRIC.get(symbol) or ucum.PLAIN.get(symbol):
        number, of = definition
        base = _product(of) if of else _ONE
        return None if base is None else _Product(Fraction(number) * base.ratio, base.powers)
    for length in (2, 1):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in ucum.PREFIXES and (rest in ucum.METRIC or rest in ucum.BASE or rest in ucum.ARBITRARY):
            base = _atom(rest)
            return base and _Product(Fraction(10) ** ucum.PREFIXES[prefix] * base.ratio, base.powers)
    return None


def _spelled(powers: Counter[str]) -> str:
    parts = [f"{base}{'' if power == 1 else power}" for base, power in sorted(powers.items()) if power]
    return ".".join(parts) or "1"
