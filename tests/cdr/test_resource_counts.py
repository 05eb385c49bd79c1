"""How many resources of each type there are, for each who asks."""

from typing import Any

from tests.cdr.conftest import observation, patient


async def counts(caller: Any, method: str = "GET") -> dict[str, int]:
    answer = await caller.send(method, "$get-resource-counts")
    assert answer.status_code == 200, answer.text
    return {one["name"]: one["valueInteger"] for one in answer.json().get("parameter", ())}


async def test_what_came_and_went_is_counted_by_type(fhir):
    before = await counts(fhir)
    kept = await fhir.create(observation())
    gone = await fhir.create(observation())
    await fhir.create({"resourceType": "Basic", "code": {"text": "x"}})
    await fhir.send("DELETE", f"Observation/{gone['id']}")
    await fhir.put({**kept, "status": "amended"})
    after = await counts(fhir, "POST")
    assert after["Observation"] == before.get("Observation", 0) + 1
    assert after["Basic"] == before.get("Basic", 0) + 1
    assert list(after) == sorted(after)


async def test_each_caller_gets_the_counts_of_what_that_caller_sees(service, fhir):
    place = service.context.new_id()
    person = await fhir.create(patient(place))
    await fhir.create(observation(person["id"]))
    await fhir.create(observation())
    own = {"Observation": 1, "Patient": 1}
    assert await counts(await service.participant(person["id"])) == own
    assert await counts(await service.case_manager(place)) == own
    assert await counts(await service.case_manager("nowhere")) == {}
    machine = await service.machine("system/Observation.rs")
    assert await counts(machine) == {"Observation": (await counts(fhir))["Observation"]}


async def test_a_parameter_that_means_nothing_is_refused(fhir):
    assert (await fhir.send("GET", "$get-resource-counts?_since=2026")).status_code == 400
