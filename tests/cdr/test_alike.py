from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.model.alike import Kind, indexes_like
from smartbear.contracts.readings import Component, Reading
from smartbear.fhir.search.extract import extract
from smartbear.fhir.validation import validate
from smartbear.fhir.vital_signs import observation

UNITS = {
    "8867-4": "/min",
    "2708-6": "%",
    "8310-5": "Cel",
    "29463-7": "kg",
    "41950-7": "{steps}",
    "93832-4": "h",
}
NOW = datetime(2026, 6, 14, 9, tzinfo=UTC)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(
    NOW.replace(year=2010, tzinfo=None), NOW.replace(year=2040, tzinfo=None), timezones=zones
)
values = st.floats(0, 100_000, allow_nan=False)


def reading(code, entry="device", **own):
    common = {"subject": "s-1", "device_id": "d-1", "code": code, "unit": UNITS.get(code), "entry": entry}
    return Reading(**common, received_at=NOW, **own)


@st.composite
def pairs(draw):
    """Two readings of one kind."""
    code, entry = (
        draw(st.sampled_from(sorted(UNITS))),
        draw(st.sampled_from(["device", "manual", "simulated"])),
    )
    stored = st.none() | instants
    return [
        reading(code, entry, reading_id=str(draw(st.uuids())), value=draw(values), measured_at=draw(instants),
                stored_at=draw(stored))
        for _ in range(2)
    ]  # fmt: skip


@given(pairs())
def test_a_reading_is_found_by_what_it_would_be_found_by_alone(pair):
    first, other = (observation(one) for one in pair)
    assert Kind.of(pair[0]) == Kind.of(pair[1])
    assert indexes_like(extract(first), other) == extract(other)


@given(pairs())
def test_a_reading_of_a_valid_kind_is_valid(pair):
    assert [validate(observation(one)) for one in pair] == [(), ()]


@pytest.mark.parametrize(
    "change", [{"subject": "s-2"}, {"device_id": None}, {"entry": "manual"}, {"unit": "1"}]
)
def test_a_reading_that_differs_in_anything_else_is_of_another_kind(change):
    one = reading("8867-4", reading_id="r-1", value=60, measured_at=NOW)
    assert Kind.of(one) != Kind.of(one.model_copy(update=change))


def test_a_reading_with_components_is_of_no_kind():
    parts = tuple(Component(code=code, value=80, unit="mm[Hg]") for code in ("8480-6", "8462-4"))
    assert Kind.of(reading("85354-9", reading_id="r-1", components=parts, measured_at=NOW)) is None
