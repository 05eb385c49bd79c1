"""What a project is sent."""

import copy
import os
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import json
from smartbear.fhir.pseudonymisation import outward, policy
from smartbear.fhir.pseudonymisation.draft import UNKNOWN
from smartbear.fhir.validation import validate
from tests.fhir.pseudonymisation.tokens import BASE, TERMS, finished, token

EXAMPLES = Path(__file__).parents[1] / "examples"
LOINC = {"system": "http://loinc.org", "code": "8867-4"}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [LOINC | {"display": "Pulse of Jane"}], "text": "Pulse"},
    "subject": {"reference": "Patient/p1", "display": "Jane"},
    "effectiveDateTime": "2026-03-02T10:00:00.5+02:00",
    "valueQuantity": {
        "value": 61,
        "unit": "per minute",
        "system": "http://unitsofmeasure.org",
        "code": "/min",
    },
}


def sent(resource, terms=TERMS):
    return finished(outward.resource(resource, terms))


def test_what_should_be_a_list_and_is_none_does_not_leave():
    wrong = {"address": {"country": "GR"}, "contact": {"gender": "female"}, "extension": {}, "contained": {}}
    assert sent({"resourceType": "Patient"} | wrong).keys() == {"resourceType", "meta"}


def test_an_observation_keeps_what_was_measured_and_when_in_the_week():
    made = sent(OBSERVATION)
    assert made["id"] == token("Observation", "o1")
    assert made["subject"] == {"reference": "Patient/" + token("Patient", "p1")}
    assert made["code"] == {"coding": [LOINC]}
    assert made["effectiveDateTime"] == "2026-08-31T10:00:00.5+02:00"
    assert made["valueQuantity"] == {"value": 61, "system": "http://unitsofmeasure.org", "code": "/min"}
    assert made["meta"]["security"][0]["code"] == "PSEUDED"


def test_the_resource_that_was_given_stays_as_it_was():
    before = copy.deepcopy(OBSERVATION)
    sent(OBSERVATION)
    assert before == OBSERVATION


def test_equal_resources_are_sent_equal():
    assert sent(OBSERVATION) == sent(copy.deepcopy(OBSERVATION))


def test_people_around_the_patient_do_not_leave_but_references_to_them_do():
    assert sent({"resourceType": "Practitioner", "id": "a"}) is None
    made = sent(OBSERVATION | {"performer": [{"reference": "Practitioner/a"}]})
    assert made["performer"] == [{"reference": "Practitioner/" + token("Practitioner", "a")}]


@pytest.mark.parametrize(
    "extra",
    [
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        {"implicitRules": "urn:rules"},
        {"component": [{"modifierExtension": [], "code": {}}]},
    ],
)
def test_a_resource_whose_meaning_a_modifier_changes_is_withheld(extra):
    draft = outward.resource(OBSERVATION | extra, TERMS)
    assert (finished(draft), draft.withheld, draft.wanted) == (None, 1, [])


@pytest.mark.parametrize(
    ("reference", "becomes"),
    [
        ("Patient/p1", "Patient/" + token("Patient", "p1")),
        ("Patient/p1/_history/3", "Patient/" + token("Patient", "p1") + "/_history/3"),
        (BASE + "Patient/p1", BASE + "Patient/" + token("Patient", "p1")),
        ("Patient/p1#name-of-jane", "Patient/" + token("Patient", "p1")),
        ("#", "#"),
        ("https://elsewhere.example/fhir/Patient/p1", None),
        ("Patient?identifier=jane", None),
        ("urn:oid:1.2.3", None),
        ("#jane", None),
        ("Jane", None),
        ("Patient/p1#" + "x" * 500, None),
        ("Patient/p1/../../jane", None),
        (7, None),
    ],
)
def test_a_reference_is_a_token_or_nothing(reference, becomes):
    made = sent(OBSERVATION | {"subject": {"reference": reference, "display": "Jane", "identifier": {}}})
    assert made.get("subject", {}).get("reference") == becomes


def test_entries_without_address_get_other_uuids_that_still_refer_to_each_other():
    name = "urn:uuid:5b1e9c4e-0b0f-4a38-9c6c-4a1f0a6d1c11"
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": name, "resource": {"resourceType": "Patient", "active": True}},
            {
                "resource": OBSERVATION
                | {"subject": {"reference": name.upper().replace("URN:UUID", "urn:uuid")}}
            },
        ],
    }
    made = sent(bundle)
    assert made["entry"][0]["fullUrl"] != name
    assert made["entry"][1]["resource"]["subject"]["reference"] == made["entry"][0]["fullUrl"]
    assert validate(made) == ()


def test_contained_resources_are_treated_and_numbered_anew():
    device = {"resourceType": "Device", "id": "janes-watch", "serialNumber": "42", "status": "active"}
    made = sent(OBSERVATION | {"contained": [device], "device": {"reference": "#janes-watch"}})
    assert made["contained"] == [{"resourceType": "Device", "id": "c1", "status": "active"}]
    assert made["device"] == {"reference": "#c1"}


def test_contained_resources_that_may_not_leave_take_their_references_along():
    person = {"resourceType": "Practitioner", "id": "x", "name": [{"family": "Doe"}]}
    made = sent(OBSERVATION | {"contained": [person], "performer": [{"reference": "#x"}]})
    assert "contained" not in made
    assert "performer" not in made


def test_what_must_be_there_and_must_not_leave_is_masked():
    made = sent(OBSERVATION | {"code": {"text": "Jane's pulse"}})
    assert made["code"]["extension"][0]["valueCode"] == "masked"
    assert validate(made) == ()


@pytest.mark.parametrize(
    ("quantity", "becomes"),
    [
        ({"value": 97, "system": "http://unitsofmeasure.org", "code": "a"}, 90),
        ({"value": 89, "system": "http://unitsofmeasure.org", "code": "a"}, 89),
        ({"value": 1200, "system": "http://unitsofmeasure.org", "code": "mo"}, 1080),
        ({"value": 3100000000, "system": "http://unitsofmeasure.org", "code": "s"}, 2830464000),
        ({"value": 480, "system": "http://unitsofmeasure.org", "code": "min"}, 480),
        ({"value": 3}, 3),
        ({"value": 3, "unit": "of Jane"}, None),
        ({"value": 3, "system": "urn:jane", "code": "x"}, None),
        ({"value": 3, "system": "http://unitsofmeasure.org", "code": "{Jane Doe}"}, None),
        ({"value": "Jane"}, None),
        ({"unit": "Jane"}, None),
    ],
)
def test_an_amount_has_a_public_unit_or_is_dropped_and_nobody_is_older_than_ninety(quantity, becomes):
    made = sent({"resourceType": "Observation", "valueQuantity": quantity})
    assert made.get("valueQuantity", {}).get("value") == becomes


@pytest.mark.parametrize(
    ("born", "becomes"),
    [("1951-04-03", "1951"), ("1951", "1951"), ("1921-01-01", "1936"), ("Jane", None), (1951, None)],
)
def test_of_a_birth_date_the_year_leaves_and_it_makes_nobody_older_than_ninety(born, becomes):
    assert sent({"resourceType": "Patient", "birthDate": born}).get("birthDate") == becomes


def test_of_an_address_the_country_leaves():
    address = {"line": ["1 Street"], "city": "Town", "postalCode": "1234", "state": "S", "country": "GR"}
    made = sent({"resourceType": "Patient", "address": [address, {"country": "Janeland"}]})
    assert made["address"] == [{"country": "GR"}]


def test_identifiers_can_be_compared_and_not_read():
    identifier = {
        "use": "official",
        "system": "urn:clinic",
        "value": "AB-12",
        "assigner": {"display": "Clinic"},
    }
    made = sent({"resourceType": "Patient", "identifier": [identifier]})
    assert made["identifier"] == [{"use": "official", "value": token("Identifier", "AB-12")}]


@pytest.mark.parametrize(
    ("given_", "becomes"),
    [
        ("2026-03", "2026-09"),
        ("2026", "2026"),
        ("2024-02-29", "2024-08-29"),
        ("2026-02-30", None),
        ("9999-12-31", None),
        ("2026-03-02T10:00:00Z Jane", None),
        ("2026-03-02T25:00:00Z", None),
    ],
)
def test_a_date_keeps_its_precision_or_does_not_leave(given_, becomes):
    assert (
        sent({"resourceType": "Observation", "effectiveDateTime": given_}).get("effectiveDateTime") == becomes
    )


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-26, 26), st.integers(0, 9999))
def test_moving_by_weeks_keeps_weekday_and_intervals(day, weeks, later):
    terms = msgspec.structs.replace(TERMS, days=7 * weeks)
    period = {"start": day.isoformat(), "end": (day + timedelta(later)).isoformat()}
    made = sent({"resourceType": "Observation", "effectivePeriod": period}, terms)["effectivePeriod"]
    start, end = (date.fromisoformat(made[name]) for name in ("start", "end"))
    assert start.weekday() == day.weekday()
    assert end - start == timedelta(later)
    assert start - day == timedelta(7 * weeks)


@pytest.mark.parametrize("kind", ["document", "message"])
def test_documents_and_messages_are_withheld(kind):
    assert sent({"resourceType": "Bundle", "type": kind, "entry": [{"resource": OBSERVATION}]}) is None


def test_a_reference_says_the_type_of_its_target_where_it_says_nothing_else():
    subject = {"type": "Patient", "identifier": {"value": "AB-12"}}
    assert sent(OBSERVATION | {"subject": subject})["subject"] == {"type": "Patient"}


def test_links_and_addresses_of_a_bundle_are_rewritten_and_the_cursor_is_not():
    query = "subject=Patient/p1&date=ge2026-03-02&name=Jane&_cursor=Ab-_9"
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [
            {"relation": "next", "url": f"{BASE}Observation?{query}"},
            {"relation": "self", "url": "https://elsewhere.example/Jane"},
            {"relation": "jane", "url": f"{BASE}Observation"},
        ],
        "entry": [
            {"fullUrl": f"{BASE}Observation/o1", "resource": OBSERVATION, "search": {"mode": "match"}},
            {"fullUrl": f"{BASE}Person/x", "resource": {"resourceType": "Person", "id": "x"}},
        ],
    }
    made = sent(bundle)
    expected = f"subject=Patient/{token('Patient', 'p1')}&date=ge2026-08-31&_cursor=Ab-_9"
    assert [link["url"] for link in made["link"]] == [f"{BASE}Observation?{expected}"]
    assert [entry["fullUrl"] for entry in made["entry"]] == [
        f"{BASE}Observation/{token('Observation', 'o1')}"
    ]


def test_answers_to_the_entries_of_a_transaction_are_rewritten():
    response = {
        "status": "201 Created for Jane",
        "location": "Observation/o1/_history/1",
        "etag": 'W/"1"',
        "lastModified": "2026-03-02T10:00:00.123456Z",
        "outcome": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]},
    }
    entry = sent(
        {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": response}]}
    )["entry"][0]
    assert entry["response"]["status"] == "201"
    assert entry["response"]["location"] == f"Observation/{token('Observation', 'o1')}/_history/1"
    assert entry["response"]["lastModified"] == "2026-08-31T00:00:00Z"


def test_an_outcome_says_what_and_where_and_repeats_nothing():
    issue = {
        "severity": "error",
        "code": "invalid",
        "diagnostics": "Jane is no date",
        "details": {"text": "Jane"},
        "expression": [
            "Patient.birthDate",
            "Patient.name[0].given[1]",
            "Patient.where(id='jane')",
            "Jane.jane",
        ],
        "location": ["/f:Jane"],
    }
    made = sent({"resourceType": "OperationOutcome", "issue": [issue]})
    assert made["issue"] == [
        {
            "severity": "error",
            "code": "invalid",
            "expression": ["Patient.birthDate", "Patient.name[0].given[1]"],
        }
    ]


def test_parameters_keep_known_names_and_what_may_leave_of_their_values():
    parameters = [
        {"name": "count", "valueInteger": 3},
        {"name": "Observation", "valueInteger": 4},
        {"name": "jane", "valueInteger": 5},
        {"name": "name", "valueString": "Jane"},
        {"name": "return", "resource": OBSERVATION},
        {
            "name": "match",
            "part": [{"name": "jane", "valueBoolean": True}, {"name": "result", "valueBoolean": True}],
        },
    ]
    made = sent({"resourceType": "Parameters", "parameter": parameters})["parameter"]
    assert [each["name"] for each in made] == ["count", "Observation", "return", "match"]
    assert made[3]["part"] == [{"name": "result", "valueBoolean": True}]


def test_lines_leave_out_what_does_not_leave_and_want_each_token_once():
    draft = outward.lines([OBSERVATION, {"resourceType": "Person", "id": "x"}, OBSERVATION, "Jane"], TERMS)
    assert len(finished(draft)) == 2
    assert draft.wanted == [("Observation", "o1"), ("Patient", "p1")]
    assert draft.withheld == 1


def test_a_manifest_lists_addresses_of_the_repository_and_nothing_else():
    manifest = {
        "transactionTime": "2026-03-02T10:00:00Z",
        "request": f"{BASE}$export?_type=Observation&_typeFilter=Patient?name=Jane",
        "requiresAccessToken": True,
        "output": [{"type": "Observation", "url": f"{BASE}$export/job-1/file-1", "count": 3}],
        "error": [],
        "extension": {"jane": 1},
    }
    made = finished(outward.manifest(manifest, TERMS))
    assert made["request"] == f"{BASE}$export?_type=Observation"
    assert made["output"] == [{"type": "Observation", "url": f"{BASE}$export/job-1/file-1", "count": 3}]
    assert made["transactionTime"] == "2026-08-31T00:00:00Z"
    assert "extension" not in made


@pytest.mark.parametrize("value", [[], "CANARY", None])
def test_what_is_no_manifest_is_nothing(value):
    assert finished(outward.manifest(value, TERMS)) is None


def test_a_manifest_says_no_more_than_it_has():
    made = finished(outward.manifest({"output": [{"type": "CANARY", "count": "CANARY"}]}, TERMS))
    assert made == {"requiresAccessToken": True, "output": [{"type": None}], "deleted": [], "error": []}


def test_wrong_shapes_at_single_elements_do_not_leave():
    shapes = {"code": {"coding": ["x", {"system": 1}]}, "category": {"coding": []}, "status": ["final"]}
    made = sent(OBSERVATION | shapes | {"component": {}, "valueQuantity": [], "interpretation": [1]})
    assert set(made) == {"resourceType", "id", "code", "subject", "effectiveDateTime", "meta", "_status"}
    outcome = {"severity": "error", "code": "invalid", "expression": [1, "no path", "Patient.jane"]}
    assert "expression" not in sent({"resourceType": "OperationOutcome", "issue": [outcome]})["issue"][0]


def test_a_comparator_stays_with_its_amount():
    amount = {"value": 5, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "mg"}
    assert sent(OBSERVATION | {"valueQuantity": amount | {"unit": "mg"}})["valueQuantity"] == amount


def test_a_code_the_user_chose_is_marked_as_such():
    made = sent(OBSERVATION | {"code": {"coding": [LOINC | {"userSelected": True}]}})
    assert made["code"]["coding"] == [LOINC | {"userSelected": True}]


def test_headers_are_an_allow_list():
    headers = [
        (b"content-type", b"application/fhir+json"),
        (b"location", f"{BASE}Observation/o1/_history/1".encode()),
        (b"content-location", b"https://elsewhere.example/Jane"),
        (b"etag", b'W/"1"'),
        (b"last-modified", b"Mon, 02 Mar 2026 10:00:00 GMT"),
        (b"x-jane", b"Jane"),
        (b"content-length", b"812"),
    ]
    made = dict(finished(outward.headers(headers, TERMS)))
    assert made == {
        b"content-type": "application/fhir+json",
        b"location": f"{BASE}Observation/{token('Observation', 'o1')}/_history/1",
        b"etag": 'W/"1"',
        b"last-modified": "Mon, 31 Aug 2026 00:00:00 GMT",
    }


@pytest.mark.parametrize(
    "header", [(b"etag", b'"jane"'), (b"last-modified", b"Jane"), (b"last-modified", b"")]
)
def test_a_header_that_is_not_what_it_should_be_is_left_out(header):
    assert finished(outward.headers([header], TERMS)) == []


def test_a_token_nobody_made_is_an_id_that_no_resource_has():
    made = outward.resource(OBSERVATION, TERMS).finish({})
    assert made["id"] == UNKNOWN


def test_a_token_too_long_for_an_id_is_none():
    draft = outward.resource(OBSERVATION | {"identifier": [{"value": "x"}]}, TERMS)
    made = draft.finish(dict.fromkeys(draft.wanted, "p" * 65))
    assert made["id"] == UNKNOWN
    assert made["identifier"] == [{"value": "p" * 65}]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_valid_is_valid_when_it_leaves(path):
    resource = json.decode(path.read_bytes())
    made = sent(resource)
    assert made is None or validate(made) == ()


@pytest.mark.corpus
def test_every_official_example_that_was_valid_is_valid_when_it_leaves():
    folder = os.environ.get("SMARTBEAR_FHIR_EXAMPLES")
    if not folder:
        pytest.skip("SMARTBEAR_FHIR_EXAMPLES names no folder: this data is absent")
    wrong, looked_at = [], 0
    for path in sorted(Path(folder).rglob("*.json")):
        resource = json.decode(path.read_bytes())
        if resource.get("resourceType") in policy.released() and validate(resource) == ():
            made, looked_at = sent(resource), looked_at + 1
            wrong += [path.name] if made is not None and validate(made) else []
    assert wrong == []
    assert looked_at > 400
