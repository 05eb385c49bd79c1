import pytest

from smartbear.fhir import definitions


def test_every_type_an_element_may_have_is_in_the_tables():
    missing = {
        field.type
        for name in definitions.type_names()
        for field in definitions.fields(name).values()
        if field.type not in definitions.type_names()
    }
    assert missing == set()


def test_there_are_146_resource_types_and_the_abstract_ones_are_not_among_them():
    assert len(definitions.resource_types()) == 146
    assert {"Resource", "DomainResource"}.isdisjoint(definitions.resource_types())


def test_a_choice_element_has_one_property_per_type():
    fields = definitions.fields("Observation")
    assert fields["valueQuantity"].type == "Quantity"
    assert fields["valueQuantity"].element is fields["valueString"].element
    assert "value" not in fields


def test_inherited_elements_come_first():
    assert list(definitions.elements("Observation"))[:4] == ["id", "meta", "implicitRules", "language"]


def test_backbone_elements_are_types_named_by_path():
    assert definitions.fields("Observation")["component"].type == "Observation.component"
    assert definitions.is_a("Observation.component", "BackboneElement")
    assert definitions.is_a("Timing.repeat", "Element")


def test_an_element_defined_elsewhere_has_the_type_of_that_place():
    fields = definitions.fields("Observation.component")
    assert fields["referenceRange"].type == "Observation.referenceRange"


def test_the_id_of_a_resource_is_an_id_and_that_of_an_element_a_string():
    assert definitions.fields("Patient")["id"].type == "id"
    assert definitions.fields("HumanName")["id"].type == "string"


def test_reference_targets_are_listed_unless_any_type_will_do():
    assert definitions.fields("Observation")["device"].element.types[0].targets == ("Device", "DeviceMetric")
    assert definitions.fields("Observation")["focus"].element.types[0].targets == ()


def test_a_required_binding_names_a_value_set_with_its_codes():
    binding = definitions.fields("Patient")["gender"].element.binding
    codes = definitions.value_set(binding)
    assert codes is not None
    assert codes.systems == {
        "http://hl7.org/fhir/administrative-gender": ("female", "male", "other", "unknown")
    }


def test_every_required_binding_has_a_row():
    bindings = {e.binding for name in definitions.type_names() for e in definitions.elements(name).values()}
    assert all(definitions.value_set(url) for url in bindings - {""})


def test_media_types_are_not_enumerable():
    mime = definitions.value_set("http://hl7.org/fhir/ValueSet/mimetypes")
    assert mime is not None
    assert not mime.enumerable


def test_search_parameters_include_those_of_every_resource():
    parameters = definitions.search_parameters("Observation")
    assert {"_id", "_lastUpdated", "_text", "code", "patient", "date"} <= parameters.keys()


def test_the_parts_of_a_composite_resolve_to_their_own_definitions():
    for name in definitions.resource_types():
        for parameter in definitions.search_parameters(name).values():
            for component in parameter.components:
                assert definitions.search_parameter(component.definition) is not None


def test_an_observation_is_in_a_patients_compartment_as_subject_or_performer():
    patient = definitions.compartment("Patient")
    assert patient is not None
    assert patient.members["Observation"] == ("subject", "performer")


@pytest.mark.parametrize("code", ["Patient", "Encounter", "RelatedPerson", "Practitioner", "Device"])
def test_every_compartment_lists_known_types_only(code):
    compartment = definitions.compartment(code)
    assert compartment is not None
    assert compartment.members.keys() <= definitions.resource_types()


def test_invariants_are_listed_where_they_are_stated():
    assert [rule.key for rule in definitions.invariants("Observation")] == ["obs-6", "obs-7"]
    assert [rule.key for rule in definitions.invariants("Observation.referenceRange")] == ["obs-3"]


def test_the_blood_pressure_profile_fixes_its_three_codes():
    profile = definitions.find_profile("http://hl7.org/fhir/StructureDefinition/bp")
    assert profile is not None
    fixed = {element.get("fixedCode") for element in profile["differential"]["element"]}
    assert {"85354-9", "8480-6", "8462-4"} <= fixed


def test_unknown_names_are_nothing():
    assert definitions.find_type("Nonsense") is None
    assert definitions.element("Nonsense", "id") is None
    assert not definitions.fields("Nonsense")
    assert not definitions.search_parameters("DomainResource")
    assert not definitions.is_a("Nonsense", "Resource")
