"""Small worlds of patients, and of what is known about and around them."""

from typing import Any

from hypothesis import strategies as st

from smartbear.fhir import json
from smartbear.fhir.validation import validate
from tests.cdr.conftest import LOINC, UCUM

SYSTEMS = [LOINC, "urn:a"]
CODES = ["8480-6", "8462-4", "Pulse"]
WORDS = ["Blood pressure", "Systolic", "pulse rate"]
UNITS = [
    (UCUM, "mm[Hg]", "mmHg"),
    (UCUM, "kg", "kg"),
    (UCUM, "g", "gram"),
    ("urn:u", "box", "boxes"),
    (None, None, "kg"),
]
DATES = [
    "2026",
    "2026-03",
    "2026-03-14",
    "2026-03-14T10:00:00Z",
    "2026-03-14T10:00:00+02:00",
    "2026-03-14T10:00:00.5Z",
]
NARRATIVE = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Quite <b>Ämiable</b> &amp; well</p></div>',
}
NAMES = ["Ann", "anna", "Änn Example", "O'Neill, Ann", "Bob"]
PATIENTS = ["p1", "p2"]

codings = st.fixed_dictionaries(
    {"code": st.sampled_from(CODES)},
    optional={"system": st.sampled_from(SYSTEMS), "display": st.sampled_from(WORDS)},
)
concepts = st.one_of(
    st.fixed_dictionaries(
        {"coding": st.lists(codings, min_size=1, max_size=2)}, optional={"text": st.sampled_from(WORDS)}
    ),
    st.fixed_dictionaries({"text": st.sampled_from(WORDS)}),
)
amounts = st.sampled_from([1, 5, 5.4, 70, 70.2, 70000])


@st.composite
def quantities(draw: st.DrawFn) -> dict[str, Any]:
    system, code, unit = draw(st.sampled_from(UNITS))
    found = {"value": draw(amounts), "system": system, "code": code, "unit": unit}
    comparator = draw(st.sampled_from([None, None, None, "<", ">="]))
    return {name: value for name, value in (found | {"comparator": comparator}).items() if value is not None}


periods = st.fixed_dictionaries(
    {}, optional={"start": st.sampled_from(DATES), "end": st.just("2026-09")}
).filter(bool)
effects = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"effectiveDateTime": st.sampled_from(DATES)}),
    st.fixed_dictionaries({"effectivePeriod": periods}),
)
values = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"valueQuantity": quantities()}),
    st.fixed_dictionaries({"valueString": st.sampled_from(NAMES)}),
    st.fixed_dictionaries({"valueCodeableConcept": concepts}),
)
components = st.builds(lambda code, value: {"code": code, **value}, concepts, values)
subjects = st.sampled_from(
    [
        {},
        {"subject": {"reference": "Patient/@p1"}},
        {"subject": {"reference": "Patient/@p2"}},
        {"subject": {"reference": "Group/@p1"}},
        {"subject": {"type": "Patient", "identifier": {"system": "urn:a", "value": "7"}}},
        {"subject": {"reference": "http://elsewhere.example/fhir/Patient/1"}},
    ]
)
observations = st.builds(
    lambda base, effect, value, subject: base | effect | value | subject,
    st.fixed_dictionaries(
        {
            "resourceType": st.just("Observation"),
            "status": st.sampled_from(["final", "amended"]),
            "code": concepts,
        },
        optional={
            "category": st.lists(concepts, min_size=1, max_size=2),
            "component": st.lists(components, min_size=1, max_size=2),
            "performer": st.just([{"reference": "Patient/@p2"}]),
            "note": st.just([{"text": "Felt a bit dizzy"}]),
            "text": st.just(NARRATIVE),
        },
    ),
    effects,
    values,
    subjects,
).filter(lambda resource: not validate(named({**resource, "id": "x"}, "w")))
identifiers = st.fixed_dictionaries(
    {"value": st.sampled_from(["7", "X1"])},
    optional={
        "system": st.sampled_from(SYSTEMS),
        "type": st.fixed_dictionaries({"coding": st.lists(codings, min_size=1, max_size=1)}),
    },
)
patients = st.fixed_dictionaries(
    {"resourceType": st.just("Patient")},
    optional={
        "gender": st.sampled_from(["female", "male"]),
        "birthDate": st.sampled_from(["1940", "1940-05", "1940-05-06"]),
        "name": st.lists(st.fixed_dictionaries({"family": st.sampled_from(NAMES)}), min_size=1, max_size=2),
        "identifier": st.lists(identifiers, min_size=1, max_size=2),
        "active": st.booleans(),
        "text": st.just(NARRATIVE),
        "managingOrganization": st.just({"reference": "Organization/@g1"}),
    },
)
conditions = st.fixed_dictionaries(
    {
        "resourceType": st.just("Condition"),
        "subject": st.sampled_from([{"reference": "Patient/@p1"}, {"reference": "Patient/@p2"}]),
    },
    optional={"code": concepts},
)
ORGANISATION = {"resourceType": "Organization", "id": "g1", "name": "Änn Example"}
PLACES = [
    {"resourceType": "Location", "id": "l1", "name": "House"},
    {"resourceType": "Location", "id": "l2", "partOf": {"reference": "Location/@l1"}},
    {"resourceType": "Location", "id": "l3", "partOf": {"reference": "Location/@l2"}},
]
WATCHED = {
    "resourceType": "List",
    "id": "i1",
    "status": "current",
    "mode": "working",
    "subject": {"reference": "Patient/@p1"},
    "entry": [{"item": {"reference": f"{one}"}} for one in ("Observation/@o0", "Patient/@p1", "Patient/@p2")],
}
TREE = {
    "resourceType": "CodeSystem",
    "id": "t1",
    "url": "urn:a",
    "status": "active",
    "content": "fragment",
    "concept": [{"code": "8480-6", "concept": [{"code": "8462-4"}]}, {"code": "Pulse"}],
}
PRESSURES = {
    "resourceType": "ValueSet",
    "id": "v1",
    "url": "urn:pressures",
    "status": "active",
    "compose": {
        "include": [
            {"system": LOINC, "concept": [{"code": "8480-6"}, {"code": "8462-4"}]},
            {"system": "urn:a", "concept": [{"code": "Pulse"}]},
        ],
        "exclude": [{"system": LOINC, "concept": [{"code": "8462-4"}]}],
    },
}
worlds = st.builds(
    lambda people, seen, ill: (
        [{**one, "id": name} for one, name in zip(people, PATIENTS, strict=True)]
        + [{**one, "id": f"o{n}"} for n, one in enumerate(seen)]
        + [{**one, "id": f"c{n}"} for n, one in enumerate(ill)]
        + [ORGANISATION, *PLACES, WATCHED, TREE, PRESSURES]
    ),
    st.lists(patients, min_size=2, max_size=2),
    st.lists(observations, min_size=3, max_size=10),
    st.lists(conditions, max_size=2),
)


def named(resource: dict[str, Any], tag: str) -> dict[str, Any]:
    """The resource under an id of its world, and with its world's tag."""
    text = json.encode(resource).decode().replace("/@", f"/{tag}-")
    named = json.decode(text.encode())
    return {**named, "id": f"{tag}-{resource['id']}", "meta": {"tag": [{"system": "urn:world", "code": tag}]}}
