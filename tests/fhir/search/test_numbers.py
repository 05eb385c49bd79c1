"""Numbers, quantities and the precision a search implies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search import numbers
from smartbear.fhir.search.numbers import INFINITY, approximate_range, implicit_range, number
from smartbear.fhir.search.values import Number

UCUM = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("100", "99.5", "100.5"), ("100.00", "99.995", "100.005"), ("1e2", "95", "105"),
        ("5.40e-3", "0.005395", "0.005405"), ("-7", "-7.5", "-6.5"), ("0", "-0.5", "0.5"),
    ],
)  # fmt: skip
def test_the_last_written_digit_implies_a_range(text, low, high):
    assert implicit_range(text) == (Decimal(low), Decimal(high))


def test_approximately_is_a_tenth_and_never_less_than_implied():
    assert approximate_range("100") == (Decimal(90), Decimal(110))
    assert approximate_range("1") == implicit_range("1")


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=4))
def test_a_number_lies_within_what_it_implies(value):
    low, high = implicit_range(str(value))
    assert low <= value < high


@pytest.mark.parametrize(
    "text", ["", "abc", "1,5", "NaN", "Infinity", "1e9999", "0x10", "1_000", "--1", "1.", "9" * 40]
)
def test_what_is_not_a_number_is_none(text):
    assert number(text) is None


def test_a_quantity_has_its_canonical_range_beside_it():
    (found,) = numbers.quantity({"value": 120, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"})
    assert (found.low, found.high, found.unit) == (120, 120, "mmHg")
    assert (found.canonical_low, found.canonical) == (Decimal(15998640), "g.m-1.s-2")


def test_a_comparator_opens_one_side():
    (below,) = numbers.quantity({"value": 5, "comparator": "<", "system": UCUM, "code": "mg"})
    (above,) = numbers.quantity({"value": 5, "comparator": ">="})
    assert (below.low, below.high, below.canonical_low, below.canonical_high) == (
        -INFINITY,
        5,
        -INFINITY,
        Decimal("0.005"),
    )
    assert (above.low, above.high, above.canonical) == (5, INFINITY, None)


def test_a_unit_without_system_or_unknown_has_no_canonical_range():
    for unit in (
        {"unit": "kg"},
        {"system": UCUM, "code": "no such"},
        {"system": "http://example.org", "code": "kg"},
    ):
        (found,) = numbers.quantity({"value": 1, **unit})
        assert found.canonical is None


def test_ranges_money_and_samples_are_quantities_too():
    side = {"value": 1, "unit": "kg"}
    assert numbers.number_range({"low": side}) == [Number(Decimal(1), INFINITY)]
    (found,) = numbers.quantity_range({"low": side, "high": {"value": 2}})
    assert (found.low, found.high, found.unit) == (1, 2, "kg")
    (price,) = numbers.money({"value": 9.5, "currency": "EUR"})
    assert (price.low, price.code) == (Decimal("9.5"), "EUR")
    (sample,) = numbers.sampled({"origin": {"value": 0, "unit": "mV"}, "lowerLimit": -2, "upperLimit": 2})
    assert (sample.low, sample.high, sample.unit) == (-2, 2, "mV")


def test_what_has_no_number_is_not_indexed():
    assert numbers.quantity({"unit": "kg"}) == numbers.money({"currency": "EUR"}) == []
    assert numbers.number_range({}) == numbers.sampled({"origin": {"value": 0}}) == []
