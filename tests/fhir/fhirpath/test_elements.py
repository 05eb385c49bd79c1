"""What names mean on FHIR resources."""

import pytest

from smartbear.fhir.fhirpath.errors import EvaluationError, ExpressionTypeError
from smartbear.fhir.fhirpath.items import resource_element


def test_a_path_flattens_the_collections_on_its_way(evaluate, patient):
    assert evaluate("Patient.name.given", patient) == ["Anna", "Maria", "Ann"]


def test_the_type_in_front_may_be_left_out_or_be_a_base(evaluate, patient):
    assert evaluate("name.family", patient) == evaluate("DomainResource.name.family", patient) == ["Μπεαρ"]


def test_a_choice_is_found_by_its_name_without_the_type(evaluate, observation):
    assert evaluate("value.code", observation) == ["kg"]
    assert evaluate("component.value", observation) == [3, "x"]
    assert evaluate("valueQuantity", observation) == []


def test_a_choice_can_be_asked_for_its_type(evaluate, observation):
    assert evaluate(
        "value is Quantity and (value as Quantity).value > 72 and value.is(string).not()", observation
    ) == [True]
    assert evaluate("component.value.ofType(integer)", observation) == [3]


def test_a_code_is_a_string_but_is_not_cast_to_one(evaluate, observation):
    assert evaluate("status is string", observation) == [True]
    assert evaluate("status.as(string)", observation) == []
    assert evaluate("status.as(code)", observation) == ["final"]


def test_a_quantity_element_is_a_quantity_of_the_language(evaluate, observation):
    assert evaluate("value = 72500 'g' and value < 73 'kg'", observation) == [True]


def test_a_quantity_with_a_comparator_is_not_a_value(evaluate):
    bounded = {"resourceType": "Observation", "valueQuantity": {"value": 5, "comparator": "<", "unit": "mg"}}
    with pytest.raises(EvaluationError):
        evaluate("value > 4 'mg'", bounded)


def test_a_primitive_keeps_its_id_and_extensions(evaluate, patient):
    assert evaluate("birthDate.extension('http://example.org/time').value", patient) == ["08:30:00"]
    assert evaluate("birthDate.id | birthDate.value", patient) == ["b", "1948-05"]


def test_a_primitive_with_only_extensions_exists_without_a_value(evaluate):
    name = {"family": "x", "given": [None, "b"], "_given": [{"extension": [{"url": "u", "valueCode": "c"}]}]}
    resource = {"resourceType": "Patient", "name": [name]}
    assert evaluate("name.given.count()", resource) == [2]
    assert evaluate("name.given.select(hasValue())", resource) == [False, True]
    assert evaluate("name.given.extension.value | name.given[1].getValue()", resource) == ["c", "b"]


def test_a_contained_resource_has_its_own_type(evaluate, patient):
    assert evaluate("contained.type().name", patient) == ["Organization"]
    assert evaluate("contained.name", patient) == ["Home"]


def test_types_of_values_are_of_the_language_and_types_of_elements_of_fhir(evaluate, patient):
    assert evaluate("1.type()")[0] == ("System", "Integer")
    assert evaluate("active.type()", patient)[0] == ("FHIR", "boolean")
    assert evaluate("active.is(System.Boolean) or active.is(FHIR.string)", patient) == [False]


def test_a_type_that_does_not_exist_is_refused_before_anything_runs(evaluate):
    with pytest.raises(ExpressionTypeError):
        evaluate("1 is strin")


def test_resolve_finds_contained_resources_and_what_the_caller_knows(evaluate, patient):
    assert evaluate("managingOrganization.resolve().name", patient) == ["Home"]
    known = {"Practitioner/7": {"resourceType": "Practitioner", "active": True}}
    assert evaluate("generalPractitioner.resolve().active", patient, resolve=known.get) == [True]


def test_resolve_knows_the_type_of_what_nobody_fetched(evaluate, patient):
    assert evaluate("generalPractitioner.where(resolve() is Practitioner).count()", patient) == [1]
    assert evaluate("generalPractitioner.resolve().name", patient) == []


def test_the_resource_around_an_element_is_within_reach(evaluate, patient):
    whole = resource_element(patient)
    (name, _) = whole.children("name")
    assert evaluate("%resource.id | %rootResource.id | %context.use", name, resource=whole) == [
        "p1",
        "official",
    ]


def test_variables_come_from_the_caller_and_from_fhir(evaluate):
    assert evaluate("%ucum | %`vs-x` | %'ext-y' | %mine", variables={"mine": ["m"]}) == [
        "http://unitsofmeasure.org",
        "http://hl7.org/fhir/ValueSet/x",
        "http://hl7.org/fhir/StructureDefinition/y",
        "m",
    ]
    with pytest.raises(EvaluationError):
        evaluate("%nobody")


def test_children_and_descendants_are_elements_only(evaluate):
    resource = {"resourceType": "Patient", "name": [{"family": "F", "given": ["G"]}]}
    assert evaluate("children()", resource) == [{"family": "F", "given": ["G"]}]
    assert evaluate("descendants().count()", resource) == [3]


def test_conforming_to_a_base_definition_is_being_of_that_type(evaluate, patient):
    base = "http://hl7.org/fhir/StructureDefinition/"
    assert evaluate(f"conformsTo('{base}DomainResource')", patient) == [True]
    assert evaluate(f"conformsTo('{base}Observation')", patient) == [False]
    with pytest.raises(EvaluationError):
        evaluate("conformsTo('http://example.org/profile')", patient)


def test_membership_is_known_for_the_value_sets_r4_lists(evaluate, observation):
    value_set = "http://hl7.org/fhir/ValueSet/observation-status"
    assert evaluate(f"status.memberOf('{value_set}')", observation) == [True]
    assert evaluate(f"code.memberOf('{value_set}')", observation) == [False]
    with pytest.raises(EvaluationError):
        evaluate("status.memberOf('http://example.org/vs')", observation)


def test_a_narrative_is_inert_xhtml(evaluate):
    def narrative(inner):
        div = f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'
        return {"resourceType": "Patient", "text": {"status": "generated", "div": div}}

    assert evaluate("text.`div`.htmlChecks()", narrative("<p>x</p>")) == [True]
    assert evaluate("text.`div`.htmlChecks()", narrative("<script>x</script>")) == [False]
