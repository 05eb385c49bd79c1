"""Dates as ranges of instants."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search.dates import approximately, date_range, moment, period, timing
from smartbear.fhir.search.values import OPEN_END, OPEN_START, DateRange


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", utc(2024, 1, 1), utc(2025, 1, 1)), ("2024-02", utc(2024, 2, 1), utc(2024, 3, 1)),
        ("2024-02-29", utc(2024, 2, 29), utc(2024, 3, 1)), ("2024-12-31", utc(2024, 12, 31), utc(2025, 1, 1)),
        ("2024-05-01T10:30", utc(2024, 5, 1, 10, 30), utc(2024, 5, 1, 10, 31)),
        ("2024-05-01T10:30:05+02:00", utc(2024, 5, 1, 8, 30, 5), utc(2024, 5, 1, 8, 30, 6)),
        ("2024-05-01T10:30:05.25Z", utc(2024, 5, 1, 10, 30, 5, 250000), utc(2024, 5, 1, 10, 30, 5, 260000)),
        ("2016-12-31T23:59:60Z", utc(2017, 1, 1), utc(2017, 1, 1, 0, 0, 1)),
        ("9999", utc(9999, 1, 1), OPEN_END), ("0001-01-01T00:00:00+14:00", OPEN_START, OPEN_START),
    ],
)  # fmt: skip
def test_a_date_covers_what_it_leaves_open(text, start, end):
    assert date_range(text) == DateRange(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "", "24", "2024-13", "2023-02-29", "2024-05-01T10", "2024-05-01T24:00:00Z", "2024-W01", "20240501",
        "0000", "2024-05-01 10:00", "2024-05-01T10:00:00.1234567890Z", "٢٠٢٤",
    ],
)  # fmt: skip
def test_what_is_not_a_fhir_date_is_none(text):
    assert date_range(text) is None


@given(st.text(max_size=30))
def test_any_text_is_a_range_in_order_or_none(text):
    found = date_range(text)
    assert found is None or found.start <= found.end


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(3000, 1, 1)))  # noqa: DTZ001 - local times
def test_finer_dates_lie_within_coarser_ones(moment_in_time):
    text = moment_in_time.isoformat(timespec="milliseconds")
    ranges = [date_range(text[:length]) for length in (4, 7, 10, 16, 19, 23)]
    for coarse, fine in pairwise(ranges):
        assert coarse.start <= fine.start
        assert fine.end <= coarse.end


def test_a_period_is_open_where_it_has_no_end():
    assert period({"start": "2024-05-01"}) == [DateRange(utc(2024, 5, 1), OPEN_END)]
    assert period({"end": "2024-05"}) == [DateRange(OPEN_START, utc(2024, 6, 1))]
    assert period({"start": "2024", "end": "2024"}) == moment("2024")
    assert period({}) == moment("not a date") == []


def test_a_timing_counts_by_its_outer_limits():
    events = {
        "event": ["2024-05-01", "2024-05-03"],
        "repeat": {"boundsPeriod": {"start": "2024-05-02", "end": "2024-05-09"}},
    }
    assert timing(events) == [DateRange(utc(2024, 5, 1), utc(2024, 5, 10))]
    assert timing({"repeat": {"frequency": 1}}) == []


def test_approximately_is_a_tenth_of_the_distance_from_now():
    now, day = utc(2024, 5, 11), timedelta(days=1)
    found = date_range("2024-04-30")
    assert approximately(found, now) == DateRange(found.start - day, found.end + day)
    assert approximately(date_range("2024-05-11"), now) == date_range("2024-05-11")
    assert approximately(date_range("9999-12-31"), now).end == OPEN_END
