"""What an access was about, in the kinds that a participant is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.assurance.model.kinds import KINDS, kinds
from smartbear.fhir import definitions


def told(address, entities=(), query="", source="cdr"):
    return kinds(source, address, query, entities)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("GET /api/participants", "profile"),
        ("GET /api/participants/{participant_id}", "profile"),
        ("PUT /api/participants/{participant_id}/consents/{purpose}", "consent"),
        ("POST /api/participants/{participant_id}/devices", "devices"),
        ("GET /api/measurements/summary", "readings"),
        ("PUT /api/decisions/limits", "limits"),
        ("GET /api/decisions/episodes", "alerts"),
        ("POST /api/inbox/{notice_id}/acknowledge", "alerts"),
        ("GET /api/audit/events", "trail"),
        ("GET /fhir/AuditEvent", "trail"),
        ("GET /fhir/Observation", "readings"),
        ("GET /fhir/Patient/{id}/$everything", "profile"),
        ("GET unmatched", "record"),
        ("GET /fhir/Basic/{id}", "record"),
    ],
)
def test_an_address_alone_says_what_was_asked_for(address, kind):
    assert list(told(address)) == [kind]


def test_what_a_person_did_about_the_own_account_is_the_account():
    assert list(told("POST /api/participants", source="identity")) == ["account"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("code=85354-9&subject=x", ["blood_pressure"]),
        ("code=http://loinc.org%7C8480-6", ["blood_pressure"]),
        ("code=8867-4,29463-7", ["heart_rate", "weight"]),
        ("code=8867-4,72514-3", ["readings"]),
        ("code=", ["readings"]),
        ("subject=x", ["readings"]),
        ("", ["readings"]),
    ],
)
def test_a_search_names_its_measures(query, named):
    assert list(told("GET /api/measurements", query=query)) == named


def test_readings_found_by_one_measure_are_of_that_measure():
    assert told("GET /fhir/Observation", ["Observation/1", "Patient/1"], "code=8867-4") == {
        "heart_rate": ["Observation/1"],
        "profile": ["Patient/1"],
    }


def test_readings_found_by_several_measures_might_be_of_any():
    assert told("GET /fhir/Observation", ["Observation/1"], "code=8867-4,29463-7") == {
        "readings": ["Observation/1"]
    }


def test_entities_are_told_by_their_kinds():
    seen = ["Observation/1", "Condition/1", "Observation/2", "MedicationRequest/1", "Basic/1"]
    assert told("GET /fhir/Patient/{id}/$everything", seen) == {
        "readings": ["Observation/1", "Observation/2"],
        "conditions": ["Condition/1"],
        "medicines": ["MedicationRequest/1"],
        "record": ["Basic/1"],
    }


@given(
    entities=st.lists(st.sampled_from(sorted(definitions.resource_types())).map(lambda name: f"{name}/1")),
    query=st.text(),
)
def test_whatever_was_seen_there_is_a_kind_and_nothing_is_left_out(entities, query):
    found = told("GET /fhir/{id}", entities, query)
    assert found
    assert set(found) <= set(KINDS)
    assert sorted(entity for some in found.values() for entity in some) == sorted(entities)
