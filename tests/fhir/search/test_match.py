"""Searches evaluated in memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir.search import matches, parse
from tests.fhir.search.conftest import NOW


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("code=29463-7", True), ("code=http://loinc.org|29463-7", True), ("code=|29463-7", False),
        ("code=http://loinc.org|", True), ("code=http://snomed.info/sct|", False), ("code=1-8,29463-7", True),
        ("code=1-8&code=29463-7", False), ("status=FINAL", True), ("status:not=final", False),
        ("status:not=amended", True), ("category:not=x", True), ("code:text=body", True),
        ("code:text=at home", False), ("code:text=weight at", True),
        ("status:in=http://hl7.org/fhir/ValueSet/observation-status", True),
        ("status:not-in=http://hl7.org/fhir/ValueSet/observation-status", False), ("_id=w1", True),
        ("_id=W1", False), ("status=|final", True), ("status=http://hl7.org/fhir/observation-status|", True),
        ("encounter:missing=true", True), ("code:missing=true", False), ("subject=Patient/p1", True),
        ("subject=p1", True), ("subject=Group/p1", False), ("patient=p1", True),
        ("subject=http://other.org/Patient/p1", False), ("subject:Patient=p1", True),
        ("date=2026-06-14", True), ("date=gt2026-06-14", False), ("date=ge2026-06-14", True),
        ("date=lt2026-06-14T08:00:00Z", True), ("date=sa2026-06-13", True),
        ("date=eb2026-06-14T07:30:00Z", False), ("date=ne2026", False), ("date=ap2026-06-14", True),
        ("date=ge2026-06-01&date=lt2026-06-10", False), ("value-quantity=72.5", True),
        ("value-quantity=72", False), ("value-quantity=gt72", True), ("value-quantity=72.5||kg", True),
        ("value-quantity=74|http://unitsofmeasure.org|kg", False),
        ("value-quantity=72500|http://unitsofmeasure.org|g", True),
        ("value-quantity=lt160|http://unitsofmeasure.org|[lb_av]", True),
        ("value-quantity=ap75|http://unitsofmeasure.org|kg", True),
        ("value-quantity=72.5|http://unitsofmeasure.org|m", False),
        ("value-quantity=72.5|http://example.org|kg", False), ("code-value-quantity=29463-7$gt72", True),
        ("code-value-quantity=1-8$gt72", False), ("combo-code-value-quantity=29463-7$72.5||kg", True),
    ],
)  # fmt: skip
def test_an_observation_is_found(finds, weight, text, expected):
    assert finds(weight, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name=muller", True), ("name=maria", False), ("name:contains=MARÍA", True),
        ("name:exact=Müller-Ångström", True), ("name:exact=Muller-Angstrom", False), ("address=lis", True),
        ("gender=http://hl7.org/fhir/administrative-gender|female", True),
        ("gender=http://example.org|female", False), ("birthdate=1948", True),
        ("birthdate=1948-05-03", False), ("birthdate=ge1948-05-03", True), ("identifier=sb-0001", True),
        ("identifier:of-type=http://example.org/types|MR|SB-0001", True), ("phone=+351 555", False),
        ("phone=%2B351 555", True), ("email=a@example.org", True), ("_profile=http://example.org/p", True),
        ("_profile=http://example.org/p|1.0", True), ("_profile=http://example.org/p|2.0", False),
        ("_profile:below=http://example.org", True), ("_profile:above=http://example.org/p/q", True),
        ("_profile:below=http://example.or", False), ("_lastUpdated=2026-06-01", True),
        ("deceased=false", True), ("organization.name=x", False),
    ],
)  # fmt: skip
def test_a_patient_is_found(finds, patient, text, expected):
    assert finds(patient, text) is expected


def test_the_parts_of_a_composite_must_meet_in_one_element(finds, pressure):
    assert finds(pressure, "component-code-value-quantity=8480-6$gt140")
    assert not finds(pressure, "component-code-value-quantity=8462-4$gt140")
    assert finds(pressure, "component-code=8462-4&component-value-quantity=gt140")


def test_a_period_without_an_end_goes_on(finds, pressure):
    assert finds(pressure, "date=gt2030")
    assert not finds(pressure, "date=eb2030")
    assert not finds(pressure, "date=2026")


def test_the_logical_identifier_of_a_reference(finds, pressure):
    assert finds(pressure, "subject:identifier=http://example.org/ids|SB-1")
    assert not finds(pressure, "subject:identifier=SB-2")


def test_chains_follow_references_to_known_resources(finds, weight, patient):
    assert finds(weight, "subject.name=mull", [patient])
    assert finds(weight, "patient:Patient.gender=female", [patient])
    assert not finds(weight, "subject:Group.code=x", [patient])
    assert not finds(weight, "subject.name=mull")
    assert finds(weight, "subject.general-practitioner.name=x", [patient]) is False


def test_has_looks_at_who_refers_here(finds, weight, patient):
    assert finds(patient, "_has:Observation:patient:code=29463-7", [weight])
    assert not finds(patient, "_has:Observation:patient:code=1-8", [weight])
    assert not finds({**patient, "id": "p2"}, "_has:Observation:patient:code=29463-7", [weight])


def test_chains_and_has_go_together(finds, weight, patient):
    practitioner = {"resourceType": "Practitioner", "id": "d1", "active": True}
    assert finds(
        weight, "subject:Patient.general-practitioner:Practitioner.active=true", [patient, practitioner]
    )
    assert finds(
        practitioner,
        "_has:Patient:general-practitioner:_has:Observation:patient:status=final",
        [patient, weight],
    )


def test_a_place_is_within_a_distance(finds):
    place = {"resourceType": "Location", "position": {"latitude": 38.7223, "longitude": -9.1393}}
    assert finds(place, "near=38.7|-9.1|5|km")
    assert not finds(place, "near=38.7|-9.1|2|km")
    assert not finds(place, "near=-38.7|170.9|19000|km")


def test_a_search_over_the_system_keeps_to_its_types(read, weight):
    assert matches(weight, read(None, "_type=Patient,Observation&_id=w1"))
    assert not matches(weight, read(None, "_type=Patient"))
    assert not matches(weight, read("Patient", ""))


@given(st.sampled_from(["date", "value-quantity"]), st.sampled_from(["2026", "2026-06-14", "72.5", "80"]))
def test_unequal_finds_what_equal_does_not(code, text):
    resource = {
        "resourceType": "Observation",
        "effectiveDateTime": "2026-06-14",
        "valueQuantity": {"value": 72.5},
    }
    if (code == "date") != text.startswith("2026"):
        return
    found = [
        matches(resource, parse("Observation", [(code, prefix + text)], now=NOW)) for prefix in ("eq", "ne")
    ]
    assert found.count(True) == 1
