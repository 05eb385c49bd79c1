"""What a project sends, and that both ways together change nothing."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from smartbear.fhir.pseudonymisation import inward, outward
from smartbear.fhir.pseudonymisation.draft import UNKNOWN
from smartbear.fhir.pseudonymisation.queries import Refused
from smartbear.kit.errors import BadInput, NotFound
from tests.fhir.instances import resources
from tests.fhir.pseudonymisation.tokens import BASE, TERMS, finished, returned, token

P1, O1 = ("Patient", "p1"), ("Observation", "o1")


def asked(target, query="", *known):
    return returned(inward.target(target, query, TERMS), P1, O1, *known)


def test_a_resource_comes_back_with_its_ids_and_dates():
    observation = {
        "resourceType": "Observation",
        "id": "o1",
        "identifier": [{"value": "AB-12"}],
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-03-02T10:00:00Z",
        "contained": [{"resourceType": "Device", "id": "c1"}],
        "device": {"reference": "#c1"},
        "component": [{"valueDateTime": "2026-03-02"}],
    }
    out = finished(outward.resource(observation, TERMS))
    out.pop("meta")
    assert returned(inward.resource(out, TERMS), O1, P1, ("Identifier", "AB-12")) == observation


def test_what_a_project_adds_itself_is_not_touched():
    sent = {
        "resourceType": "Observation",
        "note": [{"text": "seen"}],
        "code": {"text": "own"},
        "extension": [{"url": "urn:own", "valueDate": "2026-08-31"}],
        "subject": {"reference": "https://elsewhere.example/Patient/x"},
        "unknown": {"reference": "Patient/x"},
    }
    made = returned(inward.resource(sent, TERMS))
    assert made == sent | {"extension": [{"url": "urn:own", "valueDate": "2026-03-02"}]}


def test_a_token_that_is_none_names_nothing_and_never_passes_as_an_id():
    sent = {"resourceType": "Observation", "subject": {"reference": "Patient/p1"}}
    assert returned(inward.resource(sent, TERMS), P1)["subject"]["reference"] == f"Patient/{UNKNOWN}"
    assert asked("Patient/p1") == f"Patient/{UNKNOWN}"


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient?identifier=AB-12"},
        {"reference": f"{BASE}Patient?identifier=AB-12"},
        {"reference": "Patient/p1/_history/a"},
        {"reference": f"Patient/p1/_history/{'1' * 11}"},
        {"reference": f"Patient/p1#{'a' * 500}"},
        {"reference": f"{BASE}x/Patient/p1"},
        {"identifier": {"system": "urn:x", "value": "AB-12"}},
    ],
)
def test_nobody_is_meant_by_what_a_project_does_not_see(subject):
    sent = {"resourceType": "Observation", "subject": subject}
    assert inward.resource(sent, TERMS).is_missing({})


def test_a_reference_of_a_wrong_shape_stays_for_others_to_refuse():
    for subject in ({"reference": 1}, {"reference": ["Patient/p1"]}, {"identifier": "AB-12"}):
        sent = {"resourceType": "Observation", "subject": subject}
        assert returned(inward.resource(sent, TERMS)) == sent


def test_ids_of_questions_may_be_new_and_identifiers_that_are_no_tokens_are_told():
    answers = inward.resource({"resourceType": "QuestionnaireResponse", "item": [{"linkId": "own"}]}, TERMS)
    assert not answers.is_missing({})
    assert answers.finish({})["item"] == [{"linkId": "own"}]
    for guess in (
        {"identifier": [{"value": "AB-12"}]},
        {"id": "own"},
        {"subject": {"reference": "Patient/x"}},
    ):
        assert inward.resource({"resourceType": "Observation"} | guess, TERMS).is_missing({})


def test_addresses_of_a_transaction_are_turned_back():
    entry = {
        "fullUrl": "urn:uuid:5b1e9c4e-0b0f-4a38-9c6c-4a1f0a6d1c11",
        "request": {"method": "PUT", "url": "Observation/" + token(*O1)},
        "resource": {"resourceType": "Observation", "id": token(*O1)},
    }
    made = returned(inward.resource({"resourceType": "Bundle", "entry": [entry]}, TERMS), O1)["entry"][0]
    assert made["request"]["url"] == "Observation/o1"
    assert made["resource"]["id"] == "o1"
    assert made["fullUrl"] == entry["fullUrl"]


@settings(max_examples=80, suppress_health_check=list(HealthCheck), deadline=None)
@given(resources())
def test_no_shape_is_a_failure_on_the_way_in(resource):
    returned(inward.resource(resource, TERMS))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 1},
        {"resourceType": "Observation", "subject": "x", "effectiveTiming": {"event": ["2026-08-31", 1]}},
        {"resourceType": "Bundle", "link": [{"url": 1}], "entry": [{"fullUrl": "https://x.example/"}]},
        {"resourceType": "Observation", "id": 1, "contained": ["x"], "subject": {"reference": 1}},
        {"resourceType": "Observation", "contained": [{"resourceType": "Device"}]},
    ],
)
def test_wrong_shapes_stay_wrong_for_the_repository_to_refuse(wrong):
    made = returned(inward.resource(wrong, TERMS))
    assert made == wrong | (
        {"effectiveTiming": {"event": ["2026-03-02", 1]}} if "effectiveTiming" in wrong else {}
    )


def test_numbers_are_compared_as_they_are():
    assert asked("RiskAssessment", "probability=gt0.5") == "RiskAssessment?probability=gt0.5"
    with pytest.raises(Refused):
        inward.target("RiskAssessment", "probability=high", TERMS)


@pytest.mark.parametrize("value", [None, [], "x", {"resourceType": []}, {"resourceType": "X", "id": 1}])
def test_what_is_no_resource_stays_what_it_is(value):
    assert returned(inward.resource(value, TERMS)) == value


@pytest.mark.parametrize(
    ("path", "becomes"),
    [
        (f"Patient/{token(*P1)}", "Patient/p1"),
        (f"Observation/{token(*O1)}/_history/3", "Observation/o1/_history/3"),
        (f"Patient/{token(*P1)}/$everything", "Patient/p1/$everything"),
        (f"Patient/{token(*P1)}/Observation", "Patient/p1/Observation"),
        ("Observation", "Observation"),
        ("Observation/_search", "Observation/_search"),
        ("_history", "_history"),
        ("", ""),
        ("$export/job-1/file.1", "$export/job-1/file.1"),
        (BASE + "Observation", BASE + "Observation"),
    ],
)
def test_a_path_is_that_of_the_resource_meant(path, becomes):
    assert asked(path) == becomes


@pytest.mark.parametrize(
    "path",
    [
        "Jane",
        "Patient/a/b/c/d",
        "Patient/" + "x" * 65,
        "$Export/..",
        "$export/../Patient",
        "https://x.example/",
    ],
)
def test_a_path_the_repository_has_not_is_refused(path):
    with pytest.raises(Refused):
        inward.target(path, "", TERMS)


@pytest.mark.parametrize(
    ("query", "becomes"),
    [
        (f"subject=Patient/{token(*P1)}", "subject=Patient/p1"),
        (f"subject={token(*P1)}", "subject=Patient/p1"),
        (f"patient={token(*P1)}", "patient=Patient/p1"),
        (f"subject:Patient={token(*P1)}", "subject:Patient=Patient/p1"),
        (f"subject={BASE}Patient/{token(*P1)}", f"subject={BASE}Patient/p1"),
        (f"_id={token(*O1)},{token(*O1)}", "_id=o1,o1"),
        ("date=ge2026-08-31", "date=ge2026-03-02"),
        ("date=2026-08-31T10:00:00Z", "date=2026-03-02T10:00:00Z"),
        ("date=gt2026-08", "date=gt2026-03-02"),
        ("date=lt2026-08", "date=lt2026-01-31"),
        ("_lastUpdated=gt2026-08-31", "_lastUpdated=gt2026-03-02"),
        ("code=8867-4", "code=http://loinc.org|8867-4"),
        ("code:not=http://loinc.org|8867-4", "code:not=http://loinc.org|8867-4"),
        ("status=final,amended", "status=final,amended"),
        ("value-quantity=gt5.4||mg", "value-quantity=gt5.4|http://unitsofmeasure.org|mg"),
        ("value-quantity=gt89||a", "value-quantity=gt89|http://unitsofmeasure.org|a"),
        ("value-quantity=ap480||min", "value-quantity=ap480|http://unitsofmeasure.org|min"),
        ("_lastUpdated=le2026-08-31T00:00:00.000Z", "_lastUpdated=le2026-03-02T00:00:00.000Z"),
        ("_since=2026-08-31T00:00:00Z", "_since=2026-03-02T00:00:00Z"),
        ("device:missing=true", "device:missing=true"),
        ("_include=Observation:subject:Patient", "_include=Observation:subject:Patient"),
        ("_sort=-date,status&_count=5&_total=none", "_sort=-date,status&_count=5&_total=none"),
        ("_elements=code,subject&_format=json", "_elements=code,subject&_format=json"),
        ("_format=application/fhir%2Bjson", "_format=application/fhir%2Bjson"),
    ],
)
def test_a_search_is_asked_in_the_repositorys_own_terms(query, becomes):
    assert asked("Observation", query) == f"Observation?{becomes}"


@pytest.mark.parametrize(
    "query",
    [
        "identifier=AB-12",
        "subject.name=Jane",
        "subject:identifier=AB-12",
        "_has:Observation:patient:code=1",
        "_filter=name eq Jane",
        "_text=Jane",
        "_content=Jane",
        "_tag=x",
        "_source=x",
        "_profile=x",
        "_list=x",
        "_id=not an id",
        "value-string=Jane",
        "code:text=Jane",
        "code=urn:local|jane",
        "code=jane",
        "code=|jane",
        "value-quantity=5|urn:x|jane",
        "value-quantity=5|jane",
        "value-quantity=5",
        "date=2026-08",
        "date=ap2026-08-31",
        "date=yesterday",
        "date=ge2026-13",
        "_since=2026",
        "subject=Practitioner/x",
        "subject=Patient/x/y",
        "performer=x",
        "_sort=_id",
        "_sort=code-value-string",
        "_include=*",
        "_include=Patient:link:Person",
        "_include:x=Observation:subject",
        "_revinclude=Person:patient",
        "_count=many",
        "_format=xml",
        "unknown=1",
        "status:in=urn:x",
        "device:missing=jane",
        "code-value-quantity=x$1",
        "%ff=1",
        "&".join(["_count=1"] * 201),
    ],
)
def test_what_the_answers_keep_back_cannot_be_asked_either(query):
    with pytest.raises(Refused):
        inward.target("Observation", query, TERMS)


@pytest.mark.parametrize(
    "value",
    ["gt95||a", "ne90||a", "ap85||a", "89.9||a", "1200||mo", "lt5000||wk", "40000||d", "gt3e9||s", "95||a_j"],
)
def test_nobody_beyond_ninety_is_told_from_another_by_a_search(value):
    with pytest.raises(Refused):
        inward.target("Observation", f"value-quantity={value}", TERMS)


def test_amounts_that_are_cut_or_dropped_put_nobody_in_order():
    for order in ("value-quantity", "-value-quantity", "date,-value-quantity"):
        with pytest.raises(Refused):
            inward.target("Observation", f"_sort={order}", TERMS)


@pytest.mark.parametrize(
    "query",
    [
        "_lastUpdated=gt2026-08-31T10:00:00Z",
        "_lastUpdated=2026-08-31T00:00:00%2B01:00",
        "_lastUpdated=2026-08-31,lt2026-08-31T00:00:01Z",
        "_since=2026-08-31T10:00:00Z",
        "_at=ge2026-08-31T10:00:00.5Z",
    ],
)
def test_when_something_was_stored_is_asked_by_the_day_as_it_is_told(query):
    with pytest.raises(Refused):
        inward.target("Observation", query, TERMS)


@pytest.mark.parametrize("days", [-182, -7, 7, 182])
def test_no_day_tells_by_how_much_days_are_moved(days):
    terms = msgspec.structs.replace(TERMS, days=days)

    def is_sent(day):
        try:
            inward.resource({"resourceType": "Observation", "effectiveDateTime": day}, terms)
        except BadInput:
            return False
        return True

    def is_asked(day):
        try:
            inward.target("Observation", f"date=lt{day}", terms)
        except Refused:
            return False
        return True

    for year in (1, 2, 9998, 9999):
        for day in ("01-01", "06-15", "12-31"):
            taken = f"{year:04}-{day}"
            assert is_asked(taken) is is_sent(taken) is (year in (2, 9998))
            if is_sent(taken):
                sent = {"resourceType": "Observation", "effectiveDateTime": taken}
                kept = inward.resource(sent, terms).finish({})
                back = finished(outward.resource(kept, terms))
                assert back["effectiveDateTime"] == taken


@pytest.mark.parametrize("name", ["name", "family", "birthdate", "address", "telecom", "email", "language"])
def test_nobody_is_looked_for_by_what_identifies(name):
    with pytest.raises(Refused):
        inward.target("Patient", f"{name}=1951", TERMS)


def test_a_refusal_repeats_nothing_that_was_sent():
    with pytest.raises(Refused) as refused:
        inward.target("Observation", "J%C3%A4ne Doe=1", TERMS)
    assert "ne Doe" not in str(refused.value.errors)


def test_withheld_types_are_not_there_and_searches_of_everything_are_refused():
    for path in ("Practitioner", "Practitioner/x"):
        with pytest.raises(NotFound):
            inward.target(path, "_id=x", TERMS)
    with pytest.raises(Refused):
        inward.target("Patient/x/Practitioner", "", TERMS)
    with pytest.raises(Refused):
        inward.target("", "_id=x", TERMS)


def test_a_search_by_post_is_treated_like_one_by_get():
    made = returned(inward.form("Observation", f"subject=Patient%2F{token(*P1)}&_count=5", TERMS), P1)
    assert made == "subject=Patient/p1&_count=5"


def test_a_search_and_the_link_to_itself_are_the_same_both_ways():
    query = f"subject=Patient/{token(*P1)}&date=ge2026-08-31&_count=5"
    inside = asked("Observation", query)
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": BASE + inside}],
    }
    assert finished(outward.resource(bundle, TERMS))["link"][0]["url"] == f"{BASE}Observation?{query}"
