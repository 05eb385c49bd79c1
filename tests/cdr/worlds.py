"""Small worlds of patients, what is known about and around them, and searches that may find something."""

import re
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

tokens = st.one_of(
    st.sampled_from([*CODES, "final", "nothing"]),
    st.builds("{}|{}".format, st.sampled_from([*SYSTEMS, "", "urn:unknown"]), st.sampled_from(CODES)),
    st.builds("{}|".format, st.sampled_from(SYSTEMS)),
)
prefixes = st.sampled_from(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
numbers = st.builds("{}{}".format, prefixes, st.sampled_from(["5", "5.4", "70", "70.2", "7e1", "1000"]))
measured = st.builds(
    "{}{}".format,
    numbers,
    st.sampled_from(["", f"|{UCUM}|kg", f"|{UCUM}|g", "||kg", "|urn:u|box", f"|{UCUM}|mm[Hg]"]),
)
dates = st.builds("{}{}".format, prefixes, st.sampled_from(DATES))
pairs_of = st.builds("{}${}".format, tokens.filter(lambda t: not t.endswith("|")), measured)
people = st.sampled_from(
    ["Patient/@p1", "Patient/@p2", "@p1", "Group/@p1", "http://elsewhere.example/fhir/Patient/1"]
)
names = st.sampled_from(["an", "Ann", "änn", "Ann Example", "o'n", "nothing"])
yes_or_no = st.sampled_from(["true", "false"])


def asks(names_: list[str], values_: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(st.sampled_from(names_), st.lists(values_, min_size=1, max_size=2).map(",".join))


of_observation = st.one_of(
    asks(["code", "code:not", "combo-code", "component-code", "category", "category:not", "status"], tokens),
    asks(["value-concept", "component-value-concept", "patient:identifier", "subject:identifier"], tokens),
    asks(
        ["code:text", "category:text", "component-code:text", "value-string", "value-string:contains"], names
    ),
    asks(["code:text", "combo-code:text"], st.sampled_from(["blood", "pulse"])),
    asks(["date"], dates),
    asks(["value-quantity", "component-value-quantity", "combo-value-quantity"], measured),
    asks(["code-value-quantity", "component-code-value-quantity", "combo-code-value-quantity"], pairs_of),
    asks(["code-value-string"], st.builds("{}${}".format, tokens, names)),
    asks(["code-value-concept"], st.builds("{}${}".format, tokens, tokens)),
    asks(["patient", "subject", "performer"], people),
    asks(["subject:Patient"], st.just("@p1")),
    st.tuples(
        st.sampled_from(
            [
                f"{n}:missing"
                for n in (
                    "patient",
                    "subject",
                    "date",
                    "code",
                    "value-quantity",
                    "component-code",
                    "category",
                    "value-string",
                    "component-value-quantity",
                    "performer",
                    "code-value-concept",
                    "_text",
                    "_content",
                )
            ]
        ),
        yes_or_no,
    ),
    asks(
        ["patient.gender", "subject:Patient.gender", "performer:Patient.gender"],
        st.sampled_from(["female", "male"]),
    ),
    asks(["patient.family", "subject:Patient.name"], names),
    asks(["patient.gender:not"], st.just("male")),
    asks(["patient._has:Condition:patient:code"], tokens),
    asks(["_id", "_id:not"], st.sampled_from(["@o0", "@o1", "none"])),
    asks(
        ["code:below", "code:above", "category:below"], st.builds("urn:a|{}".format, st.sampled_from(CODES))
    ),
    asks(["patient.organization.name", "subject:Patient.organization.name"], names),
    asks(["_text", "_content"], st.sampled_from(["amiable", "well quite", "DIZZY", "ann", "b"])),
    asks(["_list"], st.just("@i1")),
)
of_patient = st.one_of(
    asks(["family", "name", "family:exact", "family:contains"], names),
    asks(["gender", "gender:not"], st.sampled_from(["female", "male"])),
    asks(
        ["identifier", "identifier:not"],
        st.sampled_from(["7", "x1", "urn:a|7", "|7", "urn:a|", f"{LOINC}|X1"]),
    ),
    asks(["identifier:of-type"], st.sampled_from(["urn:a|pulse|7", f"{LOINC}|8480-6|x1"])),
    asks(
        ["birthdate"], st.builds("{}{}".format, prefixes, st.sampled_from(["1940", "1940-05", "1940-05-06"]))
    ),
    st.tuples(st.sampled_from(["gender:missing", "birthdate:missing", "identifier:missing"]), yes_or_no),
    asks(
        [
            "_has:Observation:patient:code",
            "_has:Observation:subject:component-code",
            "_has:Condition:patient:code",
        ],
        tokens,
    ),
    asks(
        [
            "_has:Observation:patient:status",
            "_has:Observation:performer:code",
            "_has:Observation:patient:code:not",
        ],
        tokens,
    ),
    asks(["_has:Observation:patient:date"], dates),
    asks(["organization.name"], names),
    asks(["_has:Observation:performer:patient.gender"], st.sampled_from(["female", "male"])),
    asks(["_text", "_content"], st.sampled_from(["amiable", "well", "ann", "example ann", "quite b"])),
    asks(["_list"], st.just("@i1")),
)
of_others = st.one_of(
    st.tuples(
        st.just("Organization"),
        st.lists(
            asks(["_has:Patient:organization:_has:Observation:patient:code"], tokens), min_size=1, max_size=1
        ),
    ),
    st.tuples(
        st.just("Location"),
        st.lists(
            asks(["partof:below", "partof:above"], st.sampled_from(["@l1", "Location/@l2", "@l3"])),
            min_size=1,
            max_size=2,
        ),
    ),
)


def compared(
    names_: list[str], operators: list[str], values_: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    return st.builds("{} {} {}".format, st.sampled_from(names_), st.sampled_from(operators), values_)


quoted = names.map('"{}"'.format)
ordering = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
on_observations = st.one_of(
    compared(
        ["code", "category", "combo-code", "component-code", "value-concept", "status"], ["eq", "ne"], tokens
    ),
    compared(["code", "component-code"], ["ss", "sb"], st.builds("urn:a|{}".format, st.sampled_from(CODES))),
    compared(["value-string"], ["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"], quoted),
    compared(["date"], [*ordering, "po"], st.sampled_from(DATES)),
    compared(
        ["value-quantity", "combo-value-quantity"],
        ordering,
        measured.map(lambda one: one.lstrip("abeglnpqst")),
    ),
    compared(["patient", "subject", "performer"], ["eq", "ne", "re"], people),
    compared(["code-value-quantity"], ["eq"], pairs_of),
    compared(
        ["date", "patient", "value-quantity", "component-code", "note", "patient.gender"][:4],
        ["pr"],
        yes_or_no,
    ),
    compared(["patient.family", "subject:Patient[active eq true].name"], ["eq", "sw", "co"], quoted),
    compared(["_id"], ["eq", "ne"], st.just("@o0")),
)
on_patients = st.one_of(
    compared(["family", "name"], ["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"], quoted),
    compared(["identifier"], ["eq", "ne"], st.sampled_from(["7", "urn:a|7", f"{LOINC}|X1"])),
    compared(["birthdate"], [*ordering, "po"], st.sampled_from(["1940", "1940-05", "1940-05-06"])),
    compared(["organization.name"], ["co"], quoted),
    compared(["organization"], ["ne", "re"], st.sampled_from(["Organization/@g1", "Organization/none"])),
)


def filters(tests: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    combined = st.recursive(
        tests,
        lambda inner: st.one_of(
            st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
            st.builds("({})".format, inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=4,
    )
    return st.tuples(st.just("_filter"), combined)


searches = st.one_of(
    st.tuples(st.just("Observation"), st.lists(of_observation, min_size=1, max_size=3)),
    st.tuples(st.just("Patient"), st.lists(of_patient, min_size=1, max_size=2)),
    st.tuples(
        st.just("Observation"),
        st.lists(st.one_of(filters(on_observations), of_observation), min_size=1, max_size=2),
    ),
    st.tuples(
        st.just("Patient"), st.lists(st.one_of(filters(on_patients), of_patient), min_size=1, max_size=2)
    ),
    of_others,
)
in_sets = st.tuples(
    st.just("Observation"),
    st.lists(
        st.one_of(
            asks(["code:in", "category:not-in", "component-code:in"], st.just("urn:pressures")),
            st.tuples(st.just("_filter"), st.just("code in urn:pressures or not (code ni urn:pressures)")),
        ),
        min_size=1,
        max_size=2,
    ),
)
"""Who cannot read value sets is refused these."""


def named(resource: dict[str, Any], tag: str) -> dict[str, Any]:
    """The resource under an id of its world, and with its world's tag."""
    text = json.encode(resource).decode().replace("/@", f"/{tag}-")
    named = json.decode(text.encode())
    return {**named, "id": f"{tag}-{resource['id']}", "meta": {"tag": [{"system": "urn:world", "code": tag}]}}


def placed(value: str, tag: str) -> str:
    return re.sub(r"@(\w)", rf"{tag}-\1", value)
