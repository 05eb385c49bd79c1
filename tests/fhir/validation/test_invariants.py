from decimal import Decimal

import pytest

from smartbear.fhir import definitions
from smartbear.fhir.validation import invariants
from smartbear.fhir.validation.invariants import broken
from smartbear.fhir.validation.structure import object_check, resource_check

CODED = {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}


def concept(system, code):
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/" + system, "code": code}]}


def resource(kind_of_resource, **members):
    return {"resourceType": kind_of_resource, **members}


def observation(**members):
    return resource("Observation", status="final", code=CODED, **members)


def condition(**members):
    return resource("Condition", subject={"display": "x"}, **members)


def allergy(**members):
    return resource("AllergyIntolerance", patient={"display": "x"}, **members)


def bundle(kind, *entries, **members):
    return resource("Bundle", type=kind, entry=list(entries), **members)


def item(kind, **members):
    return {"linkId": "1", "type": kind, **members}


def listing(**members):
    return resource("List", status="current", **{"mode": "working", **members})


def structure(**members):
    about = {"url": "http://x.example", "name": "X", "status": "draft", "kind": "resource", "abstract": False}
    base = "http://hl7.org/fhir/StructureDefinition/Patient"
    return resource("StructureDefinition", **about, type="Patient", baseDefinition=base, **members)


def guide(**definition):
    about = {"url": "http://x.example", "name": "X", "status": "draft", "packageId": "x"}
    return resource("ImplementationGuide", fhirVersion=["4.0.1"], definition=definition, **about)


TWO_TYPES = [{"code": "code"}, {"code": "string"}]
BINDING = {"strength": "required", "valueSet": "http://x.example"}
CONSTRAINT = {"key": "a", "severity": "error", "human": "x", "expression": "true"}
READ = {"method": "GET", "url": "Patient/1"}
PATIENT = {"resource": {"resourceType": "Patient"}}
DEAD = concept("condition-ver-status", "entered-in-error")
WRONG = concept("allergyintolerance-verification", "entered-in-error")

BROKEN = [
    ("ext-1", "Extension", {"url": "x"}),
    ("ext-1", "Extension", {"url": "x", "valueCode": "a", "extension": [{"url": "y", "valueCode": "b"}]}),
    ("att-1", "Attachment", {"data": "aGk="}),
    ("cpt-2", "ContactPoint", {"value": "1"}),
    ("qty-3", "Quantity", {"code": "mm[Hg]"}),
    ("per-1", "Period", {"start": "2026-06-14", "end": "2026-06-13"}),
    ("per-1", "Period", {"start": "2026-06-14T10:00:00+02:00", "end": "2026-06-14T07:59:59Z"}),
    ("rng-2", "Range", {"low": {"value": 2}, "high": {"value": Decimal("1.5")}}),
    ("rat-1", "Ratio", {"numerator": {"value": 1}}),
    ("exp-1", "Expression", {"language": "text/fhirpath"}),
    ("age-1", "Age", {"value": 70}),
    ("age-1", "Age", {"value": -1, "system": "http://unitsofmeasure.org", "code": "a"}),
    ("dis-1", "Distance", {"value": 1, "system": "http://x", "code": "m"}),
    ("drt-1", "Duration", {"code": "min", "system": "http://unitsofmeasure.org"}),
    ("cnt-3", "Count", {"value": Decimal("1.5"), "system": "http://unitsofmeasure.org", "code": "1"}),
    ("tim-1", "Timing.repeat", {"duration": 1}),
    ("tim-2", "Timing.repeat", {"period": 1}),
    ("tim-4", "Timing.repeat", {"duration": -1, "durationUnit": "h"}),
    ("tim-5", "Timing.repeat", {"period": -1, "periodUnit": "h"}),
    ("tim-6", "Timing.repeat", {"periodMax": 2}),
    ("tim-7", "Timing.repeat", {"durationMax": 2}),
    ("tim-8", "Timing.repeat", {"countMax": 2}),
    ("tim-9", "Timing.repeat", {"offset": 5, "when": ["C"]}),
    ("tim-10", "Timing.repeat", {"timeOfDay": ["08:00:00"], "when": ["MORN"]}),
    ("obs-3", "Observation.referenceRange", {"age": {"low": {"value": 60}}}),
    ("con-1", "Condition.stage", {"type": {"text": "x"}}),
    ("con-2", "Condition.evidence", {"extension": [{"url": "x", "valueCode": "a"}]}),
    ("cpl-3", "CarePlan.activity", {"detail": {"status": "completed"}, "reference": {"display": "x"}}),
    ("cmp-1", "Composition.section", {"title": "x"}),
    ("cmp-2", "Composition.section", {"emptyReason": {"text": "x"}, "entry": [{"display": "x"}]}),
    ("gol-1", "Goal.target", {"detailBoolean": True}),
    ("imm-1", "Immunization.education", {"publicationDate": "2026"}),
    ("mad-1", "MedicationAdministration.dosage", {"text": "x"}),
    ("ras-2", "RiskAssessment.prediction", {"probabilityDecimal": Decimal("100.1")}),
    ("pat-1", "Patient.contact", {"gender": "female"}),
    ("app-1", "Appointment.participant", {"status": "accepted"}),
    ("sev-1", "AuditEvent.entity", {"name": "x", "query": "aGk="}),
    ("bdl-5", "Bundle.entry", {"fullUrl": "http://x"}),
    ("bdl-8", "Bundle.entry", {"fullUrl": "http://x/Patient/1/_history/2", **PATIENT}),
    ("inv-1", "Parameters.parameter", {"name": "x"}),
    ("inv-1", "Parameters.parameter", {"name": "x", "valueCode": "a", **PATIENT}),
    ("que-1", "Questionnaire.item", item("group")),
    ("que-1", "Questionnaire.item", item("display", item=[item("string")])),
    ("que-3", "Questionnaire.item", item("display", code=[{"code": "a"}])),
    (
        "que-4",
        "Questionnaire.item",
        item("choice", answerOption=[{"valueInteger": 1}], answerValueSet="http://x"),
    ),
    ("que-5", "Questionnaire.item", item("boolean", answerValueSet="http://x")),
    ("que-6", "Questionnaire.item", item("display", required=True)),
    ("que-8", "Questionnaire.item", item("display", initial=[{"valueString": "x"}])),
    ("que-9", "Questionnaire.item", item("display", readOnly=True)),
    ("que-10", "Questionnaire.item", item("date", maxLength=3)),
    (
        "que-11",
        "Questionnaire.item",
        item("choice", answerOption=[{"valueInteger": 1}], initial=[{"valueInteger": 1}]),
    ),
    (
        "que-12",
        "Questionnaire.item",
        item("string", enableWhen=[{"question": "1", "operator": "exists", "answerBoolean": True}] * 3),
    ),
    ("que-13", "Questionnaire.item", item("string", initial=[{"valueString": "x"}] * 2)),
    ("que-7", "Questionnaire.item.enableWhen", {"question": "1", "operator": "exists", "answerInteger": 1}),
    (
        "qrs-1",
        "QuestionnaireResponse.item",
        {"linkId": "1", "answer": [{"valueInteger": 1}], "item": [{"linkId": "2"}]},
    ),
    ("obs-6", "Observation", observation(valueInteger=1, dataAbsentReason={"text": "x"})),
    ("obs-7", "Observation", observation(valueInteger=1, component=[{"code": CODED, "valueInteger": 1}])),
    (
        "con-4",
        "Condition",
        condition(abatementString="x", clinicalStatus=concept("condition-clinical", "active")),
    ),
    (
        "con-5",
        "Condition",
        condition(verificationStatus=DEAD, clinicalStatus=concept("condition-clinical", "active")),
    ),
    ("ait-1", "AllergyIntolerance", allergy()),
    (
        "ait-2",
        "AllergyIntolerance",
        allergy(verificationStatus=WRONG, clinicalStatus=concept("allergyintolerance-clinical", "active")),
    ),
    (
        "fhs-1",
        "FamilyMemberHistory",
        resource(
            "FamilyMemberHistory",
            status="partial",
            patient={"display": "x"},
            relationship={"text": "x"},
            ageString="x",
            bornString="x",
        ),
    ),
    (
        "fhs-2",
        "FamilyMemberHistory",
        resource(
            "FamilyMemberHistory",
            status="partial",
            patient={"display": "x"},
            relationship={"text": "x"},
            estimatedAge=True,
        ),
    ),
    (
        "mdd-1",
        "MedicationDispense",
        resource(
            "MedicationDispense",
            status="completed",
            medicationCodeableConcept={"text": "x"},
            whenPrepared="2026-02",
            whenHandedOver="2026-01-31",
        ),
    ),
    (
        "prr-1",
        "ServiceRequest",
        resource(
            "ServiceRequest",
            status="active",
            intent="order",
            subject={"display": "x"},
            orderDetail=[{"text": "x"}],
        ),
    ),
    ("org-1", "Organization", resource("Organization", active=True)),
    ("org-2", "Organization", resource("Organization", name="x", address=[{"use": "home", "city": "x"}])),
    (
        "org-3",
        "Organization",
        resource("Organization", name="x", telecom=[{"use": "home", "system": "phone"}]),
    ),
    ("grp-1", "Group", resource("Group", type="person", actual=False, member=[{"entity": {"display": "x"}}])),
    (
        "ppc-1",
        "Consent",
        resource("Consent", status="active", scope={"text": "x"}, category=[{"text": "x"}]),
    ),
    (
        "app-2",
        "Appointment",
        resource(
            "Appointment",
            status="proposed",
            start="2026-06-14T08:59:30Z",
            participant=[{"status": "accepted", "type": [{"text": "x"}]}],
        ),
    ),
    (
        "app-3",
        "Appointment",
        resource(
            "Appointment", status="booked", participant=[{"status": "accepted", "type": [{"text": "x"}]}]
        ),
    ),
    (
        "app-4",
        "Appointment",
        resource(
            "Appointment",
            status="proposed",
            cancelationReason={"text": "x"},
            participant=[{"status": "accepted", "type": [{"text": "x"}]}],
        ),
    ),
    (
        "apr-1",
        "AppointmentResponse",
        resource("AppointmentResponse", appointment={"display": "x"}, participantStatus="accepted"),
    ),
    ("lst-1", "List", listing(emptyReason={"text": "x"}, entry=[{"item": {"display": "x"}}])),
    ("lst-2", "List", listing(entry=[{"deleted": True, "item": {"display": "x"}}])),
    ("lst-3", "List", listing(mode="snapshot", entry=[{"date": "2026", "item": {"display": "x"}}])),
    (
        "inv-1",
        "Task",
        resource("Task", status="draft", intent="order", authoredOn="2026-06-14", lastModified="2026-06-13"),
    ),
    ("bdl-1", "Bundle", bundle("collection", PATIENT, total=1)),
    ("bdl-2", "Bundle", bundle("collection", {**PATIENT, "search": {"mode": "match"}})),
    ("bdl-3", "Bundle", bundle("collection", {**PATIENT, "request": READ})),
    ("bdl-3", "Bundle", bundle("batch", PATIENT)),
    ("bdl-4", "Bundle", bundle("batch-response", PATIENT)),
    ("bdl-7", "Bundle", bundle("collection", *[{"fullUrl": "http://x", **PATIENT}] * 2)),
    ("bdl-9", "Bundle", bundle("document", PATIENT)),
    ("bdl-10", "Bundle", bundle("document", PATIENT)),
    ("bdl-11", "Bundle", bundle("document", PATIENT)),
    ("bdl-12", "Bundle", bundle("message", PATIENT)),
    (
        "que-2",
        "Questionnaire",
        resource("Questionnaire", status="draft", item=[item("string"), item("string")]),
    ),
    ("sqty-1", "Range", {"low": {"value": 1, "comparator": "<"}}),
    ("ele-1", "HumanName", {"id": "x"}),
    (
        "csd-1",
        "CodeSystem",
        resource(
            "CodeSystem",
            status="draft",
            content="complete",
            concept=[{"code": "a", "concept": [{"code": "a"}]}],
        ),
    ),
    ("eld-19", "ElementDefinition", {"path": "Patient.a b"}),
    ("eld-2", "ElementDefinition", {"path": "Patient", "min": 2, "max": "1"}),
    ("eld-3", "ElementDefinition", {"path": "Patient", "max": "-1"}),
    ("eld-8", "ElementDefinition", {"path": "Patient.active", "fixedBoolean": True, "patternBoolean": True}),
    ("eld-17", "ElementDefinition.type", {"code": "string", "targetProfile": ["http://x.example"]}),
    (
        "cpb-1",
        "CapabilityStatement",
        resource(
            "CapabilityStatement",
            status="draft",
            date="2026",
            kind="requirements",
            fhirVersion="4.0.1",
            format=["json"],
        ),
    ),
    (
        "ctm-1",
        "CareTeam",
        resource(
            "CareTeam",
            participant=[
                {"member": {"reference": "Patient/1"}, "onBehalfOf": {"reference": "Organization/1"}}
            ],
        ),
    ),
    ("lnk-1", "Linkage", resource("Linkage", item=[{"type": "source", "resource": {"display": "x"}}])),
    ("cmd-1", "ConceptMap.group.element.target", {"equivalence": "narrower"}),
    ("md-1", "MessageDefinition.focus", {"code": "Patient", "min": 0, "max": "0"}),
    ("ras-1", "RiskAssessment.prediction", {"probabilityRange": {"low": {"value": 1}}}),
    (
        "sdf-8",
        "StructureDefinition",
        structure(
            snapshot={
                "element": [
                    {
                        "id": "x",
                        "path": "Observation",
                        "min": 0,
                        "max": "*",
                        "definition": "x",
                        "base": {"path": "x", "min": 0, "max": "*"},
                    }
                ]
            }
        ),
    ),
    (
        "sdf-10",
        "StructureDefinition.snapshot",
        {"element": [{"id": "x", "path": "Patient", "binding": {"strength": "required"}}]},
    ),
    ("tst-7", "TestScript.teardown.action", {"operation": {"encodeRequestUrl": True}}),
    ("trd-3", "TriggerDefinition", {"type": "periodic"}),
    ("vsd-1", "ValueSet.compose.include", {"version": "1"}),
    (
        "opd-2",
        "OperationDefinition.parameter",
        {"name": "x", "use": "in", "min": 0, "max": "1", "type": "code", "searchType": "token"},
    ),
    (
        "ig-1",
        "ImplementationGuide",
        guide(
            grouping=[{"id": "a", "name": "x"}],
            resource=[{"reference": {"display": "x"}, "groupingId": "b"}],
        ),
    ),
    (
        "ig-2",
        "ImplementationGuide",
        guide(resource=[{"reference": {"display": "x"}, "fhirVersion": ["3.0.1"]}]),
    ),
    (
        "sdf-8a",
        "StructureDefinition",
        structure(differential={"element": [{"id": "x", "path": "Patient"}, {"id": "y", "path": "Group.x"}]}),
    ),
    ("eld-4", "ElementDefinition.type", {"code": "string", "aggregation": ["contained"]}),
    ("eld-5", "ElementDefinition", {"path": "A", "contentReference": "#A.b", "maxLength": 1}),
    ("eld-6", "ElementDefinition", {"path": "A", "type": TWO_TYPES, "fixedCode": "a"}),
    ("eld-7", "ElementDefinition", {"path": "A", "type": TWO_TYPES, "patternCode": "a"}),
    ("eld-11", "ElementDefinition", {"path": "A", "type": [{"code": "Period"}], "binding": BINDING}),
    ("eld-13", "ElementDefinition", {"path": "A", "type": [{"code": "code"}, {"code": "code"}]}),
    ("eld-14", "ElementDefinition", {"path": "A", "constraint": [CONSTRAINT, CONSTRAINT]}),
    ("eld-15", "ElementDefinition", {"path": "A", "meaningWhenMissing": "x", "defaultValueCode": "x"}),
    ("eld-16", "ElementDefinition", {"path": "A", "sliceName": "a b"}),
    ("eld-18", "ElementDefinition", {"path": "A", "isModifier": True}),
    ("eld-22", "ElementDefinition", {"path": "A", "sliceIsConstraining": True}),
]


def check_of(kind):
    definition = definitions.find_type(kind)
    return resource_check if definition.kind == "resource" else object_check(kind)


@pytest.mark.parametrize(("key", "kind", "value"), BROKEN)
def test_an_invariant_that_is_broken_is_named(key, kind, value):
    faults = check_of(kind)(value)
    assert key in {fault.message.partition(":")[0] for fault in faults}
    assert {fault.code for fault in faults} == {"invariant"}


SOUND = [
    (
        "CareTeam",
        resource(
            "CareTeam",
            contained=[{"resourceType": "Practitioner", "id": "p"}],
            participant=[{"member": {"reference": "#p"}, "onBehalfOf": {"reference": "Organization/1"}}],
        ),
    ),
    (
        "StructureDefinition",
        structure(differential={"element": [{"id": "Patient.name", "path": "Patient.name"}]}),
    ),
    ("MessageDefinition.focus", {"code": "Patient", "min": 0}),
    ("Period", {"start": "2026-06-14", "end": "2026-06-14T08:59:30Z"}),
    ("Period", {"start": "2016-12-31T23:59:60Z", "end": "2017-01"}),
    ("Period", {"start": "2026-06-14T10:00:00+02:00", "end": "2026-06-14T08:00:00Z"}),
    ("Range", {"low": {"value": 2, "unit": "kg"}, "high": {"value": 1, "unit": "t"}}),
    ("Extension", {"url": "x", "_valueString": {"extension": [{"url": "y", "valueCode": "a"}]}}),
    ("Observation", observation(valueInteger=1, component=[{"code": {"text": "other"}, "valueInteger": 2}])),
    ("Observation", observation(dataAbsentReason={"text": "x"})),
    ("Condition", condition(abatementString="x", clinicalStatus=concept("condition-clinical", "resolved"))),
    (
        "Bundle",
        bundle(
            "history",
            *[{"fullUrl": "http://x", **PATIENT, "request": READ, "response": {"status": "200"}}] * 2,
        ),
    ),
    ("Bundle", bundle("searchset", {**PATIENT, "search": {"mode": "match"}}, total=1)),
    ("Parameters.parameter", {"name": "x", "part": [{"name": "y", "valueCode": "a"}]}),
    ("Timing.repeat", {"offset": 5, "when": ["MORN"]}),
    ("Age", {"value": 70, "system": "http://unitsofmeasure.org", "code": "a"}),
]


@pytest.mark.parametrize(("kind", "value"), SOUND)
def test_an_invariant_that_holds_says_nothing(kind, value):
    assert not check_of(kind)(value)


def stated():
    """Context and key of every invariant of the specification."""
    return {
        (rule.context, rule.key)
        for kind in definitions.type_names()
        for context in (kind, *(f"{kind}.{name}" for name in definitions.elements(kind)))
        for rule in definitions.invariants(context)
    }


def test_every_invariant_of_the_specification_is_checked_somewhere():
    rules = {rule for kind in definitions.type_names() for rule in invariants.of_type(kind)}
    checked = {(rule.stated_at, rule.key) for rule in rules} | invariants.BY_STRUCTURE
    assert checked - {("Quantity", "sqty-1")} == stated()


def test_every_invariant_written_by_hand_is_broken_by_a_test():
    tried = {key for key, _, _ in BROKEN}
    by_hand = {rule.key for rules in invariants.WRITTEN.values() for rule in rules}
    assert by_hand - {"eld-20"} <= tried  # a warning, below


@pytest.mark.parametrize(
    ("key", "kind", "value"),
    [
        ("dom-6", "Patient", resource("Patient", active=True)),
        ("csd-0", "CodeSystem", resource("CodeSystem", name="two words")),
        ("con-3", "Condition", condition(category=[concept("condition-category", "problem-list-item")])),
        ("eld-20", "ElementDefinition", {"path": "Patient.Name"}),
    ],
)
def test_what_is_only_good_practice_is_a_warning(key, kind, value):
    assert key in {fault.message.partition(":")[0] for fault in broken(invariants.warnings(kind), value)}
    assert key not in {rule.key for rule in invariants.errors(kind)}


def test_a_category_that_is_no_problem_list_needs_no_status():
    value = condition(category=[concept("condition-category", "encounter-diagnosis")])
    assert not [
        fault for fault in broken(invariants.warnings("Condition"), value) if "con-3" in fault.message
    ]
