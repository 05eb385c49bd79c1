"""What is about nobody is seen by everybody who reads FHIR, and changed by few."""

import pytest

from smartbear.cdr.model.knowledge import KNOWLEDGE
from smartbear.cdr.model.owner import owner_of
from smartbear.contracts.scope import SYSTEM, AccessScope
from smartbear.fhir import definitions
from smartbear.fhir.search.extract import extract
from tests.cdr.conftest import LOINC, issues, matches, observation, patient


def test_no_type_of_knowledge_can_be_in_anybodys_record():
    compartment = definitions.compartment("Patient")
    assert definitions.resource_types() >= KNOWLEDGE
    for kind in KNOWLEDGE:
        assert not compartment.members.get(kind), kind
        assert owner_of(kind, "x", extract({"resourceType": kind, "id": "x"}), ()) is None


def codes(url, *chosen):
    include = [{"system": LOINC, "concept": [{"code": code} for code in chosen]}]
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": {"include": include}}


@pytest.fixture
async def known(service, fhir):
    """A value set, a form, and a pulse that names the form, in an organisation's record."""
    here = service.context.new_id()
    person = await fhir.create(patient(here))
    form = {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": f"urn:form-{here}",
        "title": "Balance",
    }
    values = await fhir.create(codes(f"urn:codes-{here}", "8867-4"))
    form = await fhir.create(form)
    seen = await fhir.create(observation(person["id"]))
    place = await fhir.create({"resourceType": "Location", "name": f"Home of {here}"})
    return {"here": here, "person": person, "codes": values, "form": form, "seen": seen, "place": place}


@pytest.fixture(params=["case manager", "participant"])
async def somebody(request, service, known):
    if request.param == "participant":
        return await service.participant(known["person"]["id"])
    return await service.case_manager(known["here"])


async def test_people_read_find_and_follow_knowledge(fhir, somebody, known):
    form, values, seen = known["form"], known["codes"], known["seen"]
    assert await somebody.get(f"Questionnaire/{form['id']}") == form
    assert await somebody.get(f"Questionnaire/{form['id']}/_history/1") == form
    for history in (f"Questionnaire/{form['id']}/_history", "Questionnaire/_history", "_history?_count=3"):
        ids = [entry["resource"]["id"] for entry in (await somebody.get(history))["entry"]]
        assert form["id"] in ids, history
    assert await somebody.ids(f"Questionnaire?url={form['url']}") == [form["id"]]
    assert sorted(await somebody.ids("?_type=Questionnaire,Observation&_count=1000")) == sorted(
        [*await fhir.ids("Questionnaire"), seen["id"]]
    )
    answers = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": form["url"],
        "subject": {"reference": f"Patient/{known['person']['id']}"},
    }
    answers = await fhir.create(answers)
    found = await somebody.ids(f"QuestionnaireResponse?questionnaire={form['url']}")
    assert found == [answers["id"]]
    assert await somebody.ids(f"Observation?code:in={values['url']}") == [seen["id"]]
    assert await somebody.ids(f"Observation?code:not-in={values['url']}") == []


async def test_counts_and_operations_agree_with_what_is_found(fhir, somebody, known):
    every = (await fhir.get("Questionnaire?_summary=count"))["total"]
    counted = await somebody.get("$get-resource-counts")
    counts = {one["name"]: one["valueInteger64" if "valueInteger64" in one else "valueInteger"]
              for one in counted["parameter"]}  # fmt: skip
    assert (counts["Questionnaire"], counts["Observation"], counts.get("Location")) == (every, 1, None)
    assert (await somebody.get("Questionnaire?_summary=count"))["total"] == every
    expanded = await somebody.get(f"ValueSet/$expand?url={known['codes']['url']}")
    assert [one["code"] for one in expanded["expansion"]["contains"]] == ["8867-4"]
    checked = f"ValueSet/$validate-code?url={known['codes']['url']}&system={LOINC}&code=8867-4"
    assert (await somebody.get(checked))["parameter"][0] == {"name": "result", "valueBoolean": True}


async def test_medication_comes_along_with_what_names_it(fhir, somebody, known):
    medication = await fhir.create({"resourceType": "Medication", "code": {"text": "salicylate"}})
    taken = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "subject": {"reference": f"Patient/{known['person']['id']}"},
        "medicationReference": {"reference": f"Medication/{medication['id']}"},
    }
    taken = await fhir.create(taken)
    bundle = await somebody.get("MedicationStatement?_include=*")
    assert set(matches(bundle, "include")) == {medication["id"], known["person"]["id"]}
    assert await somebody.ids("MedicationStatement?medication.code:text=salicylate") == [taken["id"]]
    bundle = await somebody.get(
        f"Medication?_id={medication['id']}&_revinclude=MedicationStatement:medication"
    )
    assert matches(bundle, "include") == [taken["id"]]
    around = await somebody.get(f"Patient/{known['person']['id']}/$everything")
    assert medication["id"] in [entry["resource"]["id"] for entry in around["entry"]]


async def test_places_and_people_of_the_platform_are_not_knowledge(somebody, known):
    assert (await somebody.send("GET", f"Location/{known['place']['id']}")).status_code == 404
    assert await somebody.ids("Location") == []


async def test_case_managers_change_no_knowledge(service, fhir, known):
    manager = await service.case_manager(known["here"])
    place = f"ValueSet/{known['codes']['id']}"
    for method, path, body in (
        ("POST", "ValueSet", codes("urn:mine", "1")),
        ("PUT", place, {**known["codes"], "status": "retired"}),
        ("DELETE", place, None),
    ):
        answer = await manager.send(method, path, body)
        assert (answer.status_code, issues(answer)) == (403, [("forbidden", "")])
    assert await fhir.get(place) == known["codes"]


async def test_those_who_may_read_nothing_read_no_knowledge_either(service, known):
    scopes = (
        AccessScope(role="Tech", account="t", organisations=(known["here"],)),
        AccessScope(role=SYSTEM, client="m", scopes=("system/Observation.rs",)),
    )
    for scope in scopes:
        caller = await service.caller(scope)
        assert (await caller.send("GET", f"Questionnaire/{known['form']['id']}")).status_code == 404
        assert await caller.ids("Questionnaire") == []
