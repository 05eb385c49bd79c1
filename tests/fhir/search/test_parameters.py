"""Which parameters a type has."""

from smartbear.fhir import definitions
from smartbear.fhir.search import parameters
from smartbear.fhir.search.parameters import SearchType

COMMON = {
    "_id", "_lastUpdated", "_profile", "_security", "_source", "_tag", "_text", "_content", "_list",
}  # fmt: skip


def test_every_type_has_the_common_parameters():
    assert set(parameters(None)) == COMMON
    for kind in definitions.resource_types():
        assert parameters(kind).keys() >= COMMON


def test_a_type_that_r4_does_not_know_has_none():
    assert not parameters("Nothing")


def test_parameters_that_nothing_says_where_to_look_for_are_not_offered():
    assert {"_query", "_filter"}.isdisjoint(parameters("Patient"))


def test_targets_are_cut_down_to_what_the_type_allows():
    assert parameters("Observation")["subject"].targets == ("Device", "Group", "Location", "Patient")
    assert parameters("Observation")["patient"].targets == ("Patient",)
    assert parameters("AllergyIntolerance")["recorder"].targets == (
        "Patient", "Practitioner", "PractitionerRole", "RelatedPerson",
    )  # fmt: skip


def test_a_composite_knows_the_types_of_its_parts():
    parts = parameters("Observation")["code-value-quantity"].components
    assert [part.type for part in parts] == [SearchType.TOKEN, SearchType.QUANTITY]


def test_a_bound_code_has_systems_that_the_resource_does_not_write():
    assert parameters("Patient")["gender"].code_systems == ("http://hl7.org/fhir/administrative-gender",)
    assert parameters("Observation")["code"].code_systems == ()
