"""Laws of the prefixes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt

from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search.intervals import date_test, holds, number_test
from smartbear.fhir.search.numbers import implicit_range
from smartbear.fhir.search.query import DateValue, NumberValue, Prefix
from smartbear.fhir.search.values import OPEN_END, OPEN_START, DateRange

hours = st.integers(0, 60).map(lambda hour: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour))


@st.composite
def ranges(draw):
    start, end = sorted([draw(hours), draw(hours)])
    return DateRange(start, end + timedelta(hours=1))


open_ranges = ranges().flatmap(
    lambda r: st.sampled_from([r, DateRange(r.start, OPEN_END), DateRange(OPEN_START, r.end)])
)
decimals = st.integers(-300, 300).map(lambda tenths: Decimal(tenths) / 10)


def found(prefix, wanted, here):
    return holds(date_test(DateValue(prefix, wanted)), *here)


@given(ranges(), open_ranges)
def test_equal_means_contained_and_unequal_is_everything_else(wanted, here):
    contained = wanted.start <= here.start and here.end <= wanted.end
    assert found(Prefix.EQ, wanted, here) is contained
    assert found(Prefix.NE, wanted, here) is not contained


@given(ranges(), open_ranges)
def test_equal_is_at_least_and_at_most(wanted, here):
    if found(Prefix.EQ, wanted, here):
        assert found(Prefix.GE, wanted, here)
        assert found(Prefix.LE, wanted, here)


@given(ranges(), open_ranges)
def test_at_least_is_greater_or_equal_and_at_most_less_or_equal(wanted, here):
    equal = found(Prefix.EQ, wanted, here)
    assert found(Prefix.GE, wanted, here) is (found(Prefix.GT, wanted, here) or equal)
    assert found(Prefix.LE, wanted, here) is (found(Prefix.LT, wanted, here) or equal)


@given(ranges(), open_ranges)
def test_starting_after_is_greater_without_overlap_and_ending_before_less(wanted, here):
    after, before = found(Prefix.SA, wanted, here), found(Prefix.EB, wanted, here)
    overlap = here.start < wanted.end and wanted.start < here.end
    assert after is (found(Prefix.GT, wanted, here) and not overlap and here.start >= wanted.end)
    assert before is (found(Prefix.LT, wanted, here) and not overlap and here.end <= wanted.start)
    assert not (after and before)


@given(ranges(), open_ranges)
def test_approximately_is_overlap(wanted, here):
    assert found(Prefix.AP, wanted, here) is (here.start < wanted.end and wanted.start < here.end)


@given(ranges())
def test_every_date_equals_itself(here):
    assert found(Prefix.EQ, here, here)
    assert not found(Prefix.GT, here, here)
    assert not found(Prefix.LT, here, here)


def number(prefix, value):
    return NumberValue(prefix, value, *implicit_range(str(value)))


@given(decimals, decimals)
def test_exact_prefixes_on_a_single_number_are_the_order_of_numbers(wanted, here):
    order = {Prefix.GT: gt, Prefix.SA: gt, Prefix.LT: lt, Prefix.EB: lt, Prefix.GE: ge, Prefix.LE: le}
    expected = {prefix: compare(here, wanted) for prefix, compare in order.items()}
    assert {p: holds(number_test(number(p, wanted)), here, here) for p in expected} == expected


@given(decimals, decimals, decimals)
def test_unequal_is_the_opposite_of_equal_for_ranges_of_numbers_too(wanted, one, other):
    low, high = sorted([one, other])
    equal = holds(number_test(number(Prefix.EQ, wanted)), low, high)
    assert holds(number_test(number(Prefix.NE, wanted)), low, high) is not equal


@given(decimals)
def test_every_number_equals_itself_and_is_about_itself(value):
    for prefix in (Prefix.EQ, Prefix.GE, Prefix.LE, Prefix.AP):
        assert holds(number_test(number(prefix, value)), value, value)


@given(decimals, st.sampled_from(list(Prefix)))
def test_an_open_range_answers_every_prefix(value, prefix):
    everything = Decimal("-Infinity"), Decimal("Infinity")
    expected = prefix in {Prefix.NE, Prefix.GT, Prefix.LT, Prefix.GE, Prefix.LE, Prefix.AP}
    assert holds(number_test(number(prefix, value)), *everything) is expected
