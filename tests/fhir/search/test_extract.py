"""What a resource is found by."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import definitions
from smartbear.fhir.search import extract, parameters
from smartbear.fhir.search.values import DateRange, IdentifierType, Indexes, Position, Reference, Text, Token


def test_a_concept_is_found_by_every_coding_and_by_its_words(weight):
    tokens = extract(weight).tokens
    assert (
        tokens["code"]
        == tokens["combo-code"]
        == [
            Token("http://loinc.org", "29463-7", "body weight"),
            Token(None, None, "weight at home"),
        ]
    )


def test_codes_are_folded_and_ids_are_not():
    tokens = extract({"resourceType": "Patient", "id": "Ab", "identifier": [{"value": "XY"}]}).tokens
    assert tokens["_id"] == [Token(None, "Ab")]
    assert tokens["identifier"] == [Token(None, "xy")]


def test_an_identifier_is_found_by_its_type_too(patient):
    found = extract(patient)
    assert found.tokens["identifier"] == [Token("http://example.org/ids", "sb-0001", "record no")]
    assert found.identifier_types["identifier"] == [
        IdentifierType("http://example.org/types", "mr", "sb-0001")
    ]


def test_where_sorts_contact_points_by_their_system(patient):
    tokens = extract(patient).tokens
    assert tokens["phone"] == [Token("home", "+351 555")]
    assert tokens["email"] == [Token(None, "a@example.org")]
    assert len(tokens["telecom"]) == 2


def test_every_part_of_a_name_and_an_address_is_a_string(patient):
    strings = extract(patient).strings
    assert strings["name"] == [Text("muller-angstrom", "Müller-Ångström"), Text("ana maria", "Ana  María")]
    assert strings["given"] == [Text("ana maria", "Ana  María")]
    assert [text.folded for text in strings["address"]] == ["lisboa", "1 long road"]


def test_dates_are_ranges_in_utc(patient, weight, pressure):
    may = DateRange(datetime(1948, 5, 1, tzinfo=UTC), datetime(1948, 6, 1, tzinfo=UTC))
    assert extract(patient).dates["birthdate"] == [may]
    assert extract(weight).dates["date"][0].start == datetime(2026, 6, 14, 7, 30, tzinfo=UTC)
    assert extract(pressure).dates["date"][0].end.year == 9999


def test_references_keep_what_they_say(weight, patient):
    assert extract(weight).references["subject"] == [Reference("Patient", "p1", None, None)]
    versioned = {"reference": "http://other.org/fhir/Patient/2/_history/3"}
    found = extract({"resourceType": "Observation", "subject": versioned}).references["subject"]
    assert found == [Reference("Patient", "2", "http://other.org/fhir/Patient/2", "3")]


def test_resolve_in_an_expression_goes_by_the_type_the_reference_names():
    group = {"resourceType": "Observation", "subject": {"reference": "Group/1"}}
    assert set(extract(group).references) == {"subject"}
    logical = {"resourceType": "Observation", "subject": {"type": "Patient", "identifier": {"value": "A"}}}
    found = extract(logical)
    assert found.reference_identifiers["patient"] == [Token(None, "a")]
    assert found.references == {}


def test_contained_resources_are_not_referred_to_from_outside():
    inside = {"resourceType": "Observation", "subject": {"reference": "#p"}}
    assert extract(inside).references == {}


def test_a_canonical_is_found_with_its_version_and_without(patient):
    assert extract(patient).uris["_profile"] == ["http://example.org/p", "http://example.org/p|1.0"]
    plan = {"resourceType": "CarePlan", "instantiatesCanonical": ["http://example.org/plan|2"]}
    assert extract(plan).references["instantiates-canonical"] == [
        Reference(None, None, "http://example.org/plan", "2")
    ]


def test_a_canonical_that_is_relative_is_a_reference():
    library = {
        "resourceType": "Library",
        "relatedArtifact": [{"type": "depends-on", "resource": "Library/logic|1.2"}],
    }
    assert extract(library).references["depends-on"] == [Reference("Library", "logic", None, "1.2")]


def test_a_composite_pairs_values_of_one_element(pressure):
    pairs = extract(pressure).composites["component-code-value-quantity"]
    assert [(code.code, quantity.low) for code, quantity in pairs] == [("8480-6", 150), ("8462-4", 85)]
    assert "code-value-quantity" not in extract(pressure).composites


def test_the_words_of_a_concept_are_no_part_of_a_composite(weight):
    (pair,) = extract(weight).composites["code-value-quantity"]
    assert pair[0].code == "29463-7"


def test_a_composite_may_take_a_part_from_the_whole_resource():
    sequence = {
        "resourceType": "MolecularSequence",
        "referenceSeq": {"chromosome": {"coding": [{"code": "1"}]}},
        "variant": [{"start": 5, "end": 6}],
    }
    (found,) = extract(sequence).composites["chromosome-variant-coordinate"]
    assert (found[0].code, found[1].low, found[2].low) == ("1", 5, 6)


def test_an_extension_stands_for_its_value():
    url = "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene"
    gene = {"coding": [{"system": "http://example.org", "code": "X"}]}
    found = extract(
        {"resourceType": "Observation", "extension": [{"url": url, "valueCodeableConcept": gene}]}
    )
    assert found.tokens["gene-identifier"] == [Token("http://example.org", "x")]


def test_only_the_first_entry_of_a_bundle_is_its_message():
    entries = [
        {"resource": {"resourceType": "MessageHeader", "id": "h"}},
        {"resource": {"resourceType": "Patient", "id": "p"}},
    ]
    found = extract({"resourceType": "Bundle", "entry": entries}).references["message"]
    assert found == [Reference("MessageHeader", "h", None, None)]


def test_a_parameter_that_is_more_than_a_path_is_evaluated():
    assert extract({"resourceType": "Patient"}).tokens["deceased"] == [Token(None, "false")]
    assert extract({"resourceType": "Patient", "deceasedDateTime": "2020"}).tokens["deceased"] == [
        Token(None, "true")
    ]


def test_numbers_and_places_are_exact():
    risk = {"resourceType": "RiskAssessment", "prediction": [{"probabilityDecimal": Decimal("0.10")}]}
    assert extract(risk).numbers["probability"][0].low == Decimal("0.10")
    place = {"resourceType": "Location", "position": {"latitude": 38.7, "longitude": -9.1}}
    assert extract(place).positions["near"] == [Position(Decimal("38.7"), Decimal("-9.1"))]


def test_the_same_value_twice_is_one_value():
    coding = {"system": "http://loinc.org", "code": "1"}
    assert (
        len(extract({"resourceType": "Observation", "code": {"coding": [coding, coding]}}).tokens["code"])
        == 1
    )


def test_nulls_beside_extensions_are_passed_over():
    name = {"given": [None, "Ana"], "_given": [{"id": "x"}, None]}
    assert extract({"resourceType": "Patient", "name": [name]}).strings["given"] == [Text("ana", "Ana")]


@pytest.mark.parametrize("kind", sorted(definitions.resource_types()))
def test_every_type_can_be_indexed(kind):
    found = extract({"resourceType": kind, "id": "1"})
    assert found.tokens["_id"] == [Token(None, "1")]


def test_a_type_that_r4_does_not_know_is_found_by_nothing():
    assert extract({"resourceType": "Nothing", "id": "1"}) == Indexes()


def test_everything_extracted_belongs_to_a_parameter_of_the_type(patient, weight, pressure):
    for resource in (patient, weight, pressure):
        found = extract(resource)
        codes = {code for table in fields(Indexes) for code in getattr(found, table.name)}
        assert codes <= parameters(resource["resourceType"]).keys()


@given(st.permutations(["status", "code", "subject", "effectiveDateTime", "valueQuantity"]))
def test_the_order_of_properties_does_not_matter(order):
    whole = {
        "status": "final",
        "code": {"coding": [{"code": "1"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024",
        "valueQuantity": {"value": 1},
    }
    shuffled = {"resourceType": "Observation", **{name: whole[name] for name in order}}
    assert extract(shuffled) == extract({"resourceType": "Observation", **whole})
