from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.cdr.model.alike import Kind, indexes_like, kind_of
from smartbear.cdr.store.numbers import Numbers, named, named_alone
from smartbear.cdr.store.rows import index_rows, rows_like
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


COMMON = {
    "category": [{"coding": [{"system": "urn:c", "code": "vital-signs"}], "text": "Vital Signs"}],
    "subject": {"reference": "Patient/p-1"},
    "effectivePeriod": {"start": "2026-06", "end": "2026-07-01"},
    "_effectiveDateTime": {"id": "at"},
    "meta": {"lastUpdated": "2020-01-01T00:00:00Z", "tag": [{"code": "t"}], "profile": ["urn:p|1"]},
    "method": {"text": "By Hand"},
    "derivedFrom": [{"reference": "Observation/o-1", "identifier": {"value": "X"}}],
    "device": {"identifier": {"system": "urn:d", "value": "d-1"}},
    "referenceRange": [{"low": {"value": 1}}],
    "extension": [{"url": "urn:e", "valueString": "x"}],
}
MORE = {
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">words</div>'},
    "note": [{"text": "words"}],
    "component": [{"code": {"coding": [{"code": "c"}]}, "valueQuantity": {"value": 2, "unit": "kg"}}],
}
OWN = {
    "id": st.sampled_from(["o-1", "O-1", "o-2"]),
    "identifier": st.lists(
        st.dictionaries(st.sampled_from(["system", "value"]), st.sampled_from(["a", "A"]), min_size=1),
        min_size=1,
        max_size=1,
    ),
    "effectiveDateTime": st.sampled_from(["2026", "2026-02", "2026-02-28", "2026-06-14T09:00:60.5+14:00"]),
    "issued": st.sampled_from(["2026-06-14T09:00:00Z", "2027-06-14T09:00:00.123Z"]),
}
QUANTITIES = st.fixed_dictionaries(
    {"value": st.integers(-2, 2) | st.decimals(-9, 9, places=2)},
    optional={
        "comparator": st.sampled_from(["<", ">="]),
        "unit": st.sampled_from(["kg", "Kilo"]),
        "code": st.sampled_from(["kg", "g", "cm"]),
        "system": st.sampled_from(["http://unitsofmeasure.org", "urn:u"]),
    },
)
CODINGS = st.sampled_from([{"code": "8867-4", "system": "urn:l", "display": "Rate"}, {"code": "B"}, {}])


@st.composite
def observations(draw):
    """Two Observations of one kind."""
    code = {"coding": draw(st.lists(CODINGS, max_size=3)), "text": "Heart Rate"}
    same = {"resourceType": "Observation", "status": "final", "code": code}
    same |= {name: COMMON[name] for name in draw(st.sets(st.sampled_from(sorted(COMMON))))}
    own = draw(st.sets(st.sampled_from(sorted(OWN))))
    if "effectiveDateTime" in own:
        same.pop("effectivePeriod", None)
    return [
        same | {name: draw(OWN[name]) for name in sorted(own)} | {"valueQuantity": draw(QUANTITIES)}
        for _ in range(2)
    ]


@given(observations())
def test_an_observation_is_found_by_what_it_would_be_found_by_alone(pair):
    first, other = pair
    assert kind_of(first) == kind_of(other) is not None
    assert indexes_like(extract(first), other) == extract(other)


class Counted(dict):
    """A number for everything that is asked for."""

    def __missing__(self, name):
        return self.setdefault(name, len(self))


def numbers():
    keys, bases = {"Observation": Counted()}, ("http://here.example/fhir/",)
    return Numbers(keys, 1, bases, systems=Counted(), units=Counted(), canonicals=Counted({None: None}))


def table_by_table(rows):
    by_table = {table: sorted(some, key=repr) for table, some in rows.by_table.items() if some}
    return by_table, rows.targets, rows.generation


@given(observations(), st.none() | st.just(-7))
def test_rows_that_follow_those_of_the_first_of_a_kind_are_those_it_would_have_alone(pair, traits):
    first, other = (extract(one) for one in pair)
    called = numbers()
    followed = rows_like(index_rows("Observation", first, called, traits), other, called)
    assert table_by_table(followed) == table_by_table(index_rows("Observation", other, called, traits))
    assert list(filter(None, followed.by_table.values())) == list(followed.by_table.values())


@given(observations())
def test_what_follows_the_first_of_a_kind_names_nothing_else_than_that_and_its_own(pair):
    first, other = (one | {"id": "same"} for one in pair)
    known = set().union(*named(extract(first)), *named_alone(extract(other)))
    assert set().union(*named(extract(other))) <= known


async def test_observations_of_a_kind_are_found_alike_however_and_after_whatever_they_come(fhir, service):
    person = await fhir.create({"resourceType": "Patient"})
    link = {"reference": f"Patient/{person['id']}"}

    def measured(value, unit="kg"):
        own = {"identifier": [{"system": f"urn:own:{value}", "value": str(value)}]}
        quantity = {"value": value, "unit": unit}
        return {"resourceType": "Observation", "status": "final", "code": {"text": "Weight"}, "subject": link,
                "valueQuantity": quantity, "effectiveDateTime": f"20{value}-01-01"} | own  # fmt: skip

    stored = [await fhir.create(measured(10)), await fhir.create(measured(11, "lb"))]
    entries = [
        {"resource": measured(value), "request": {"method": "POST", "url": "Observation"}}
        for value in (12, 13)
    ]
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200
    stored.append(await fhir.put(stored[0] | measured(14, "g")))
    added = {"resourceType": "SearchParameter", "url": "http://a.example/own", "name": "own",
             "status": "active", "description": "d", "code": "own", "base": ["Observation"], "type": "token",
             "expression": "Observation.identifier"}  # fmt: skip
    await fhir.create(added)
    stored.append(await fhir.create(measured(15)))
    found = {}
    for value in range(10, 16):
        [found[value]] = await fhir.ids(f"Observation?identifier=urn:own:{value}|{value}") or [None]
        asked = f"patient={person['id']}&date=20{value}&value-quantity={value}"
        assert await fhir.ids(f"Observation?{asked}") == [one for one in (found[value],) if one]
    assert found[10] is None
    assert found[14] == stored[0]["id"]
    assert len(set(found.values())) == len(found)
    assert await fhir.ids(f"Observation?patient={person['id']}&value-quantity=11||lb") == [stored[1]["id"]]


@given(st.sampled_from(sorted(COMMON)))
def test_an_observation_that_says_something_else_is_of_another_kind(name):
    one = {"resourceType": "Observation", "status": "final", "valueQuantity": {"value": 1}}
    assert kind_of(one) != kind_of(one | {name: COMMON[name]})
    assert kind_of(one) != kind_of(one | {"status": "amended"})


@pytest.mark.parametrize("change", [
    *({name: value} for name, value in MORE.items()),
    {"resourceType": "Media"},
    {"valueQuantity": {"unit": "kg"}},
    {"identifier": [{"value": "1"}, {"value": "2"}]},
    {"identifier": [{"value": "1", "type": {"text": "kind"}}]},
])  # fmt: skip
def test_what_has_more_values_of_its_own_is_of_no_kind(change):
    one = {"resourceType": "Observation", "status": "final", "valueQuantity": {"value": 1}}
    assert kind_of(one) is not None
    assert kind_of(one | change) is None
