"""Prefixes as conditions on the two ends of an index range (R4 search 3.1.1.4.5).

The same conditions are evaluated in memory (``holds``) and written as SQL, so neither can drift from the
other. A test is an OR of ANDs. Dates are half-open ranges on both sides; indexed numbers are closed ranges
and a searched number's implicit range is half-open. With ``gt``, ``lt``, ``ge``, ``le``, ``sa`` and ``eb`` a
number is exact: R4 ignores its precision there, so 99.8 matches ``eq100`` and not ``ge100``.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Literal, NamedTuple, TypeVar

from smartbear.fhir.search.query import DateValue, NumberValue, Prefix

Point = TypeVar("Point", datetime, Decimal)


class End(StrEnum):
    """Which end of the indexed range is compared: ``start``/``low`` or ``end``/``high``."""

    LOW = "low"
    HIGH = "high"


class Comparison(NamedTuple, Generic[Point]):
    """``<end> <operator> <value>``, with the operators of SQL."""

    end: End
    operator: Literal["<", "<=", ">", ">="]
    value: Point


Test = tuple[tuple[Comparison[Point], ...], ...]  # any of these, all of whose comparisons hold


def date_test(value: DateValue) -> Test[datetime]:
    """Conditions on an indexed ``DateRange``."""
    start, end = value.range
    within = (Comparison(End.LOW, ">=", start), Comparison(End.HIGH, "<=", end))
    tests: dict[Prefix, Test[datetime]] = {
        Prefix.EQ: (within,),
        Prefix.NE: ((Comparison(End.LOW, "<", start),), (Comparison(End.HIGH, ">", end),)),
        Prefix.GT: ((Comparison(End.HIGH, ">", end),),),
        Prefix.LT: ((Comparison(End.LOW, "<", start),),),
        Prefix.GE: ((Comparison(End.HIGH, ">", end),), within),
        Prefix.LE: ((Comparison(End.LOW, "<", start),), within),
        Prefix.SA: ((Comparison(End.LOW, ">=", end),),),
        Prefix.EB: ((Comparison(End.HIGH, "<=", start),),),
        Prefix.AP: ((Comparison(End.LOW, "<", end), Comparison(End.HIGH, ">", start)),),
    }
    return tests[value.prefix]


def number_test(value: NumberValue) -> Test[Decimal]:
    """Conditions on an indexed ``Number``, or on the (canonical) range of an indexed ``Quantity``."""
    exact, low, high = value.value, value.low, value.high
    tests: dict[Prefix, Test[Decimal]] = {
        Prefix.EQ: ((Comparison(End.LOW, ">=", low), Comparison(End.HIGH, "<", high)),),
        Prefix.NE: ((Comparison(End.LOW, "<", low),), (Comparison(End.HIGH, ">=", high),)),
        Prefix.GT: ((Comparison(End.HIGH, ">", exact),),),
        Prefix.LT: ((Comparison(End.LOW, "<", exact),),),
        Prefix.GE: ((Comparison(End.HIGH, ">=", exact),),),
        Prefix.LE: ((Comparison(End.LOW, "<=", exact),),),
        Prefix.SA: ((Comparison(End.LOW, ">", exact),),),
        Prefix.EB: ((Comparison(End.HIGH, "<", exact),),),
        Prefix.AP: ((Comparison(End.LOW, "<=", high), Comparison(End.HIGH, ">=", low)),),
    }
    return tests[value.prefix]


def holds(test: Test[Point], low: Point, high: Point) -> bool:
    """Whether an indexed range meets a test."""
    return any(all(_compares(comparison, low, high) for comparison in every) for every in test)


def _compares(comparison: Comparison[Point], low: Point, high: Point) -> bool:
    indexed, wanted = low if comparison.end is End.LOW else high, comparison.value
    match comparison.operator:
        case "<":
            return indexed < wanted
        case "<=":
            return indexed <= wanted
        case ">":
            return indexed > wanted
        case ">=":
            return indexed >= wanted
