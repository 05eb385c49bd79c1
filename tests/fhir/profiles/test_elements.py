from decimal import Decimal

import pytest

from smartbear.fhir.profiles import UnusableProfile
from tests.fhir.profiles.conftest import BASE, OURS, Profiles, profile


@pytest.mark.parametrize("form", ["differential", "snapshot"])
def test_cardinality_is_narrowed(patient, form):
    profiles = Profiles(
        profile("x", ("Patient.name", {"min": 1, "max": "1"}), ("Patient.photo", {"max": "0"}), form=form)
    )
    assert profiles.errors(patient(name=[{"text": "a"}])) == []
    assert profiles.errors(patient()) == [("required", "Patient.name")]
    both = patient(name=[{"text": "a"}, {"text": "b"}], photo=[{"title": "x"}])
    assert profiles.errors(both) == [("structure", "Patient.name"), ("structure", "Patient.photo")]


def test_what_is_inside_an_element_is_asked_only_where_it_is(patient):
    profiles = Profiles(profile("x", ("Patient.contact.gender", {"min": 1})))
    assert profiles.errors(patient()) == []
    contacts = [{"gender": "male", "name": {"text": "y"}}, {"name": {"text": "x"}}]
    assert profiles.errors(patient(contact=contacts)) == [("required", "Patient.contact[1].gender")]


@pytest.mark.parametrize(
    ("element", "said", "good", "bad", "place"),
    [
        ("Patient.gender", {"fixedCode": "female"}, {"gender": "female"}, {"gender": "male"}, "gender"),
        (
            "Patient.maritalStatus",
            {"patternCodeableConcept": {"coding": [{"system": "http://s", "code": "M"}]}},
            {"maritalStatus": {"text": "x", "coding": [{"code": "N"}, {"system": "http://s", "code": "M"}]}},
            {"maritalStatus": {"coding": [{"system": "http://s"}, {"code": "M"}]}},
            "maritalStatus",
        ),
        (
            "Patient.maritalStatus",
            {"fixedCodeableConcept": {"text": "x"}},
            {"maritalStatus": {"text": "x"}},
            {"maritalStatus": {"text": "x", "id": "a"}},
            "maritalStatus",
        ),
        (
            "Patient.birthDate",
            {"minValueDate": "1900-01-01", "maxValueDate": "1960-12-31"},
            {"birthDate": "1950-01-01"},
            {"birthDate": "1970-01-01"},
            "birthDate",
        ),
        (
            "Patient.birthDate",
            {"minValueDate": "1900"},
            {"birthDate": "1950"},
            {"birthDate": "1899"},
            "birthDate",
        ),
        ("Patient.id", {"maxLength": 2}, {"id": "ab"}, {"id": "abc"}, "id"),
        (
            "Patient.multipleBirth[x]",
            {"type": [{"code": "integer"}], "minValueInteger": 1},
            {"multipleBirthInteger": 1},
            {"multipleBirthInteger": 0},
            "multipleBirth",
        ),
        (
            "Patient.multipleBirth[x]",
            {"type": [{"code": "integer"}]},
            {"multipleBirthInteger": 1},
            {"multipleBirthBoolean": True},
            "multipleBirth",
        ),
        (
            "Patient.multipleBirthInteger",
            {},
            {"multipleBirthInteger": 1},
            {"multipleBirthBoolean": True},
            "multipleBirth",
        ),
        (
            "Patient.managingOrganization",
            {"type": [{"code": "Reference", "aggregation": ["contained"]}]},
            {"managingOrganization": {"display": "x"}},
            {"managingOrganization": {"reference": "Organization/1"}},
            "managingOrganization",
        ),
    ],
)
def test_values_are_held_to_what_the_profile_says(patient, element, said, good, bad, place):
    profiles = Profiles(profile("x", (element, said)))
    assert profiles.errors(patient(**good)) == []
    assert [at for _, at in profiles.errors(patient(**bad))] == [f"Patient.{place}"]


def test_a_fixed_number_is_the_same_in_another_precision():
    element = ("Observation.valueQuantity.value", {"fixedDecimal": Decimal("1.0")})
    profiles = Profiles(profile("x", element, type_name="Observation"))
    resource = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert profiles.errors(resource | {"valueQuantity": {"value": 1}}) == []
    assert profiles.errors(resource | {"valueQuantity": {"value": 2}}) == [
        ("value", "Observation.value.value")
    ]


def test_invariants_of_a_profile_are_errors_or_warnings(patient):
    rules = [
        {"key": "x-1", "severity": "error", "human": "A name.", "expression": "name.exists()"},
        {"key": "x-2", "severity": "warning", "human": "A photo.", "expression": "photo.exists()"},
        {"key": "x-3", "severity": "error", "human": "?", "expression": "no such("},
        {"key": "x-4", "severity": "error", "human": "?", "expression": "(1 | 2).single() = 1"},
    ]
    profiles = Profiles(profile("x", ("Patient", {"constraint": rules})))
    assert [(issue.severity, issue.diagnostics) for issue in profiles.issues(patient(active=True))] == [
        ("error", "x-1: A name."),
        ("warning", "x-2: A photo."),
        ("information", "x-3 has no expression that can be evaluated here"),
        ("warning", "x-4 could not be evaluated"),
    ]


def test_bindings_are_errors_warnings_or_unknown(patient):
    answers = {("v", "yes"): True, ("v", "no"): False}
    bound = {"binding": {"strength": "required", "valueSet": "v|1"}}
    wished = {"binding": {"strength": "extensible", "valueSet": "v"}}

    def said(strength, code):
        profiles = Profiles(
            profile("x", ("Patient.maritalStatus", strength)),
            is_member=lambda value_set, _system, code: answers.get((value_set, code)),
        )
        return [i.severity for i in profiles.issues(patient(maritalStatus={"coding": [{"code": code}]}))]

    assert [said(bound, code) for code in ("yes", "no", "other")] == [[], ["error"], ["information"]]
    assert [said(wished, code) for code in ("yes", "no", "other")] == [[], ["warning"], ["information"]]
    profiles = Profiles(profile("x", ("Patient.maritalStatus", bound)))
    assert profiles.errors(patient(maritalStatus={"text": "x"})) == [
        ("code-invalid", "Patient.maritalStatus")
    ]


def test_a_profile_adds_to_its_base(patient):
    base = profile("base", ("Patient.name", {"min": 1}))
    profiles = Profiles(base, profile("x", ("Patient.gender", {"min": 1}), base=OURS + "base"))
    assert profiles.errors(patient()) == [("required", "Patient.name"), ("required", "Patient.gender")]
    assert profiles.errors(patient(), "base") == [("required", "Patient.name")]


def test_content_references_lead_to_the_same_constraints():
    profiles = Profiles(
        profile(
            "x",
            ("Questionnaire.item", {}),
            ("Questionnaire.item.text", {"min": 1}),
            ("Questionnaire.item.item", {"contentReference": "#Questionnaire.item"}),
            type_name="Questionnaire",
        )
    )
    inner = {"linkId": "2", "type": "string"}
    items = [{"linkId": "1", "type": "group", "text": "x", "item": [inner]}]
    resource = {"resourceType": "Questionnaire", "status": "draft", "item": items}
    assert profiles.errors(resource) == [("required", "Questionnaire.item[0].item[0].text")]


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (profile("x", base=OURS + "missing"), "no snapshot"),
        (profile("x", base=OURS + "x"), "no snapshot"),
        (profile("x", ("Patient.nonsense", {})), "does not have"),
        (profile("x", ("Observation.code", {})), "not a path of its type"),
        (profile("x", type_name="Nonsense"), "not about a type"),
    ],
)
def test_a_definition_that_cannot_be_used_says_why(definition, reason):
    for _ in range(2):
        with pytest.raises(UnusableProfile, match=reason):
            Profiles(definition).find("x")


def test_a_profile_is_for_its_type(patient):
    profiles = Profiles(profile("x", type_name="Observation"))
    assert profiles.errors(patient(active=True)) == [("invalid", "Patient")]


def test_a_profile_that_nobody_has_is_nothing():
    assert Profiles().find(BASE + "bp|" + "1" * 2000) is None
    assert Profiles().find("x") is None
    assert Profiles().find(BASE + "bp|4.0.1").type == "Observation"
