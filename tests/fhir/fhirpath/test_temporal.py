"""Dates and times as spans."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.fhirpath.temporal import Temporal, add_seconds, compare, key, parse

kinds = st.sampled_from(["Date", "DateTime", "Time"])
moments = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1))  # noqa: DTZ001 - zones added
zones = st.sampled_from(["", "Z", "+02:00", "-05:30"])


@st.composite
def date_times(draw):
    text = draw(moments).isoformat(timespec="milliseconds")
    text = text[: draw(st.sampled_from([4, 7, 10, 13, 16, 19, 23]))]
    zone = draw(zones) if len(text) > 10 else ""
    return parse("DateTime", text + zone)


@given(date_times())
def test_a_date_time_is_written_as_it_was_read(value):
    assert parse("DateTime", str(value)) == value


@given(date_times(), date_times())
def test_order_turned_round_is_the_opposite(left, right):
    one, other = compare(left, right), compare(right, left)
    assert one == (None if other is None else -other)


@given(date_times(), date_times())
def test_the_same_key_means_the_same_and_only_that(left, right):
    assert (key(left) == key(right)) == (compare(left, right) == 0)


@given(moments)
def test_an_instant_is_itself_in_every_zone(moment):
    here = moment.replace(tzinfo=UTC)
    texts = [here.isoformat(), here.astimezone(here.tzinfo).isoformat()]
    there = here.replace(tzinfo=None) + timedelta(hours=5, minutes=30)
    texts.append(f"{there.isoformat()}+05:30")
    assert {compare(parse("DateTime", texts[0]), parse("DateTime", text)) for text in texts} == {0}


@given(moments, st.integers(-(10**6), 10**6))
def test_seconds_added_and_taken_away_leave_the_date_time_as_it_was(moment, seconds):
    value = parse("DateTime", moment.isoformat(timespec="milliseconds"))
    assert add_seconds(add_seconds(value, seconds), -seconds) == value


def test_an_offset_on_one_side_only_leaves_a_day_of_doubt():
    silent = parse("DateTime", "2024-05-02T12:00:00")
    assert compare(parse("DateTime", "2024-05-02T20:00:00Z"), silent) is None
    assert compare(parse("DateTime", "2024-05-04T20:00:00Z"), silent) == 1


def test_dates_and_date_times_compare_and_times_of_day_wrap():
    assert compare(parse("Date", "2024-05-01"), parse("DateTime", "2024-05-02T00:00:00")) == -1
    assert str(add_seconds(parse("Time", "23:59:59"), 2)) == "00:00:01"


def test_what_does_not_exist_is_not_a_date():
    for text in (
        "2024-02-30",
        "2024-00",
        "2024-5",
        "2024T10",
        "2024-05-01T10:00:00+15:00",
        "2024-05-01T10:00+2:00",
    ):
        assert parse("DateTime", text) is None
    assert parse("Time", "24:00") is None
    assert parse("Date", "2024T") is None
    assert parse("DateTime", "2024T") == Temporal("DateTime", (2024,))
