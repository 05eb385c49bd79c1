import pytest

from smartbear.fhir.validation import validate

EXTENSION = {"extension": [{"url": "http://x", "valueCode": "masked"}]}
PATIENT = {"resourceType": "Patient", "id": "p"}
LOCAL = "Observation.subject.reference"


def found(resource):
    return [(issue.code, issue.expression) for issue in validate(resource)]


def observation(**members):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}} | members


def patient(**members):
    return {"resourceType": "Patient"} | members


def test_all_faults_are_reported_not_only_the_first():
    broken = observation(status="done", issued="today", extra=1, note=[{"time": "2026"}])
    assert found(broken) == [
        ("code-invalid", "Observation.status"),
        ("value", "Observation.issued"),
        ("structure", "Observation.extra"),
        ("required", "Observation.note[0].text"),
    ]


def test_at_most_fifty_faults_are_reported():
    assert len(validate(patient(name=[{"family": 1}] * 5000))) == 50
    assert len(validate(patient(**{f"x{n}": 1 for n in range(5000)}))) == 50


def test_no_value_is_repeated_to_the_caller():
    secret = "Maria Someone"
    broken = patient(gender=secret, birthDate=secret, name=secret, id=secret, active=secret)
    assert len(validate(broken)) == 5
    assert not any(secret in issue.diagnostics + issue.expression for issue in validate(broken))


def test_names_that_no_element_could_have_are_not_repeated_either():
    assert found(patient(**{"<b>Maria</b>": 1})) == [("structure", "Patient.?")]


@pytest.mark.parametrize("kind", [None, "Person2", 7, ["Patient"], "DomainResource", "HumanName"])
def test_a_resource_names_a_resource_type(kind):
    assert found({"resourceType": kind})[0][1].endswith(".resourceType")


def test_a_resource_is_never_empty_where_one_is_expected():
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {}}]}
    assert found(bundle) == [("required", "Bundle.entry[0].resource.resourceType")]


def test_repeating_elements_are_arrays_and_single_ones_are_not():
    assert found(patient(name={"family": "A"})) == [("structure", "Patient.name")]
    assert found(patient(maritalStatus=[{"text": "a"}])) == [("structure", "Patient.maritalStatus")]


@pytest.mark.parametrize("empty", [{}, [], [{}], {"id": "x"}])
def test_nothing_is_empty(empty):
    name = empty if isinstance(empty, list) else [empty]
    assert found(patient(name=name))[0][1].startswith("Patient.name")


def test_a_choice_element_is_located_without_its_type():
    assert found(observation(valueQuantity={"value": "7"})) == [("structure", "Observation.value.value")]


def test_a_required_choice_element_may_have_any_of_its_types():
    base = {"resourceType": "MedicationStatement", "status": "active", "subject": {"display": "x"}}
    assert found(base) == [("required", "MedicationStatement.medication")]
    assert found(base | {"medicationCodeableConcept": {"text": "x"}}) == []


class TestPrimitiveExtensions:
    def test_an_extension_stands_in_for_a_value(self):
        assert found(observation(_status=EXTENSION) | {"status": "final"}) == []
        without_status = {k: v for k, v in observation(_status=EXTENSION).items() if k != "status"}
        assert found(without_status) == []

    def test_only_primitives_have_them(self):
        assert found(observation(_code=EXTENSION)) == [("structure", "Observation.code")]

    def test_they_hold_an_id_and_extensions_alone(self):
        assert found(patient(_birthDate={"value": "1948"})) == [("structure", "Patient.birthDate.value")]

    def test_an_empty_one_is_refused(self):
        assert found(patient(birthDate="1948", _birthDate={})) == [("invariant", "Patient.birthDate")]

    def test_a_null_in_an_array_is_filled_by_the_other_half(self):
        assert found(patient(name=[{"given": ["A", None], "_given": [None, EXTENSION]}])) == []

    def test_a_null_that_nothing_fills_is_refused(self):
        name = {"given": ["A", None], "_given": [EXTENSION, None]}
        assert found(patient(name=[name])) == [
            ("structure", "Patient.name[0].given[1]"),
            ("structure", "Patient.name[0].given[1]"),
        ]

    def test_filled_nulls_do_not_hide_what_follows_them(self):
        many = 60
        name = {"given": [None] * many + [7, None], "_given": [EXTENSION] * many}
        assert found(patient(name=[name])) == [
            ("structure", f"Patient.name[0].given[{many}]"),
            ("structure", f"Patient.name[0].given[{many + 1}]"),
        ]

    def test_two_halves_of_one_choice_are_one_value(self):
        assert found(observation(valueString="x", _valueString={"id": "a"})) == []
        mixed = observation(valueString="x", _valueBoolean=EXTENSION)
        assert found(mixed) == [("structure", "Observation.value")]


class TestElementIds:
    def test_the_id_of_an_element_has_no_spaces(self):
        assert found(patient(name=[{"id": "a|b", "text": "x"}])) == []
        assert found(patient(name=[{"id": "a b", "text": "x"}])) == [("value", "Patient.name[0].id")]
        assert found(patient(active=True, _active={"id": "a b"})) == [("value", "Patient.active.id")]


class TestReferences:
    @pytest.mark.parametrize(
        "text",
        [
            "Patient/1",
            "Patient/1/_history/2",
            "https://elsewhere.example/fhir/Patient/1",
            "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
            "Patient?identifier=x|1",
            "https://elsewhere.example/somewhere",
        ],
    )
    def test_a_target_of_a_type_allowed_here_is_accepted(self, text):
        assert found(observation(subject={"reference": text})) == []

    @pytest.mark.parametrize(
        "text", ["Practitioner/1", "https://x.example/fhir/Organization/1", "Medication?code=1"]
    )
    def test_a_target_of_another_type_is_refused(self, text):
        assert found(observation(subject={"reference": text})) == [("value", LOCAL)]

    @pytest.mark.parametrize("text", ["Patent/1", "the patient", "Patient/1/2/3", "/Patient/1"])
    def test_what_is_no_reference_is_refused(self, text):
        assert found(observation(subject={"reference": text})) == [("value", LOCAL)]

    @pytest.mark.parametrize("text", ["/1", "Patent/1", "x"])
    def test_where_any_type_is_allowed_it_must_still_be_one(self, text):
        assert found(observation(focus=[{"reference": text}])) == [
            ("value", "Observation.focus[0].reference")
        ]

    def test_a_reference_without_literal_is_accepted(self):
        assert found(observation(subject={"identifier": {"value": "SB-0001"}})) == []

    @pytest.mark.parametrize("kind", ["Patient", "http://hl7.org/fhir/StructureDefinition/Patient"])
    def test_the_type_of_a_reference_may_be_said(self, kind):
        assert found(observation(subject={"reference": "Patient/1", "type": kind})) == []
        assert found(observation(subject={"identifier": {"value": "1"}, "type": kind})) == []

    @pytest.mark.parametrize(
        "subject",
        [
            {"reference": "Patient/1", "type": "Group"},
            {"identifier": {"value": "1"}, "type": "Practitioner"},
        ],
    )
    def test_the_type_of_a_reference_agrees_with_it_and_with_what_is_allowed(self, subject):
        assert found(observation(subject=subject)) == [("value", "Observation.subject.type")]


class TestContained:
    def test_a_local_reference_finds_a_contained_resource(self):
        assert found(observation(contained=[PATIENT], subject={"reference": "#p"})) == []

    def test_a_local_reference_that_leads_nowhere_is_refused(self):
        assert found(observation(subject={"reference": "#p"})) == [("invariant", LOCAL)]

    def test_a_contained_resource_of_a_type_not_allowed_here_is_refused(self):
        other = {"resourceType": "Practitioner", "id": "p"}
        assert found(observation(contained=[other], subject={"reference": "#p"})) == [("invariant", LOCAL)]

    def test_many_local_references_do_not_hide_what_follows_them(self):
        members = [{"entity": {"reference": "#p"}}] * 60
        group = {"resourceType": "Group", "type": "person", "actual": True, "contained": [PATIENT]}
        assert found({**group, "member": members}) == []
        assert found({**group, "member": [*members, {"inactive": 7}], "extra": 1}) == [
            ("structure", "Group.member[60].inactive"),
            ("required", "Group.member[60].entity"),
            ("structure", "Group.extra"),
        ]

    def test_an_unused_contained_resource_is_refused(self):
        assert found(observation(contained=[PATIENT])) == [("invariant", "Observation.contained[0]")]

    def test_two_contained_resources_have_two_ids(self):
        resource = observation(contained=[PATIENT, PATIENT], subject={"reference": "#p"})
        assert found(resource) == [("duplicate", "Observation.contained[1].id")]

    def test_a_contained_resource_may_refer_to_its_container(self):
        provenance = {
            "resourceType": "Provenance",
            "id": "v",
            "recorded": "2026-06-14T08:59:30Z",
            "target": [{"reference": "#"}],
            "agent": [{"who": {"display": "x"}}],
        }
        assert found(observation(contained=[provenance])) == []

    @pytest.mark.parametrize(
        "addition",
        [
            {"contained": [{"resourceType": "Patient", "id": "q"}]},
            {"meta": {"versionId": "1"}},
            {"meta": {"lastUpdated": "2026-06-14T08:59:30Z"}},
            {"meta": {"security": [{"code": "R"}]}},
        ],
    )
    def test_a_contained_resource_has_no_life_of_its_own(self, addition):
        resource = observation(contained=[PATIENT | addition], subject={"reference": "#p"})
        assert ("invariant", "Observation.contained[0]") in found(resource)

    def test_a_contained_resource_is_validated_where_it_is(self):
        broken = PATIENT | {"gender": "x"}
        assert found(observation(contained=[broken], subject={"reference": "#p"})) == [
            ("code-invalid", "Observation.contained[0].gender")
        ]

    def test_local_references_do_not_cross_the_entries_of_a_bundle(self):
        entries = [
            {"resource": observation(subject={"reference": "#p"})},
            {"resource": observation(contained=[PATIENT], subject={"reference": "#p"})},
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        assert found(bundle) == [("invariant", "Bundle.entry[0].resource.subject.reference")]


class TestBindings:
    def test_a_code_outside_a_required_set_is_refused(self):
        assert found(patient(gender="f")) == [("code-invalid", "Patient.gender")]

    def test_a_concept_needs_a_coding_of_the_set_with_its_system(self):
        def condition(**status):
            return {"resourceType": "Condition", "subject": {"display": "x"}, "clinicalStatus": status}

        system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
        other = {"system": "http://local.example", "code": "1"}
        assert found(condition(coding=[other, {"system": system, "code": "active"}])) == []
        for status in ({"coding": [other]}, {"coding": [{"code": "active"}]}, {"text": "active"}):
            assert found(condition(**status)) == [("code-invalid", "Condition.clinicalStatus")]

    def test_a_set_that_cannot_be_listed_leaves_any_code(self):
        attachment = {"contentType": "application/x-anything", "url": "http://x"}
        assert found(patient(photo=[attachment])) == []
        assert found(patient(photo=[attachment | {"contentType": " "}])) == [
            ("value", "Patient.photo[0].contentType")
        ]
