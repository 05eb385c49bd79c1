import asyncio
from datetime import timedelta

import pytest

from smartbear.fhir import json
from tests.cdr.conftest import issues, observation, patient


async def test_an_update_makes_the_next_version(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    answer = await fhir.send("PUT", path, {**stored, "status": "amended"})
    assert answer.status_code == 200
    assert answer.headers["etag"] == 'W/"2"'
    assert answer.headers["location"].endswith(f"{path}/_history/2")
    assert (await fhir.get(path))["status"] == "amended"


async def test_an_update_that_says_nothing_new_makes_no_version(fhir):
    stored = await fhir.create(observation())
    answer = await fhir.send("PUT", f"Observation/{stored['id']}", stored)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"1"')


async def test_a_client_may_choose_an_id(fhir):
    answer = await fhir.send("PUT", "Patient/chosen", patient(id="chosen"))
    assert (answer.status_code, answer.headers["etag"]) == (201, 'W/"1"')


@pytest.mark.parametrize(
    ("body", "status"), [(patient(), 400), (patient(id="other"), 400), (observation(id="a"), 400)]
)
async def test_the_body_must_be_of_the_type_and_id_in_the_address(fhir, body, status):
    answer = await fhir.send("PUT", "Patient/a", body)
    assert answer.status_code == status


async def test_a_stale_version_is_refused_and_changes_nothing(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    await fhir.put({**stored, "status": "amended"})
    stale = await fhir.send("PUT", path, {**stored, "status": "corrected"}, if_match='W/"1"')
    fresh = await fhir.send("PUT", path, {**stored, "status": "corrected"}, if_match='W/"2"')
    gone = await fhir.send("PUT", "Observation/none", observation(id="none"), if_match='W/"1"')
    odd = await fhir.send("PUT", path, stored, if_match="1")
    assert [one.status_code for one in (stale, fresh, gone, odd)] == [412, 200, 412, 400]
    assert issues(stale) == [("conflict", "")]


async def test_only_if_it_is_new_means_just_that(fhir):
    await fhir.put(patient(id="first"))
    again = await fhir.send("PUT", "Patient/first", patient(id="first"), if_none_match="*")
    other = await fhir.send("PUT", "Patient/second", patient(id="second"), if_none_match="*")
    assert (again.status_code, other.status_code) == (412, 201)


async def test_what_was_found_by_the_old_version_is_not_found_by_it_any_more(fhir):
    stored = await fhir.create(patient(name=[{"family": "Before"}]))
    await fhir.put({**stored, "name": [{"family": "After"}]})
    assert await fhir.ids("Patient?family=Before") == []
    assert await fhir.ids("Patient?family=After") == [stored["id"]]


async def test_versions_of_racing_updates_are_in_one_row(fhir):
    stored = await fhir.create(observation())
    bodies = [{**stored, "valueQuantity": {"value": value}} for value in range(20)]
    path = f"Observation/{stored['id']}"
    answers = await asyncio.gather(*(fhir.send("PUT", path, body) for body in bodies))
    assert sorted(int(answer.headers["etag"][3:-1]) for answer in answers) == list(range(2, 22))
    last = max(answers, key=lambda answer: int(answer.headers["etag"][3:-1]))
    assert await fhir.get(path) == json.decode(last.content)
    assert len(await fhir.ids("Observation?_id=" + stored["id"])) == 1


async def test_no_version_is_older_than_the_one_before_it(service, fhir):
    first = await fhir.create(patient())
    service.clock.advance(timedelta(seconds=-5))
    second = await fhir.put(first | {"gender": "male"})
    assert second["meta"]["versionId"] == "2"
    assert second["meta"]["lastUpdated"] == first["meta"]["lastUpdated"]


async def test_a_conditional_update_changes_the_match_or_creates(fhir):
    one = patient(identifier=[{"system": "urn:update", "value": "1"}])
    path = "Patient?identifier=urn:update|1"
    created = await fhir.send("PUT", path, one)
    updated = await fhir.send("PUT", path, {**one, "gender": "male"})
    assert (created.status_code, updated.status_code) == (201, 200)
    assert updated.headers["etag"] == 'W/"2"'
    other = await fhir.send("PUT", path, {**one, "id": "not-that-one"})
    assert other.status_code == 400
    chosen = await fhir.send("PUT", "Patient?identifier=urn:update|2", patient(id="chosen-2"))
    assert json.decode(chosen.content)["id"] == "chosen-2"


async def test_if_match_takes_lists_and_any_version_there_is(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"

    async def sent(status, tags, to=path):
        body = {**stored, "status": status, "id": to.rpartition("/")[2]}
        return (await fhir.send("PUT", to, body, if_match=tags)).status_code

    assert await sent("amended", 'W/"7", W/"1"') == 200
    assert await sent("corrected", 'W/"7", W/"1"') == 412
    assert await sent("corrected", "*") == 200
    assert await sent("corrected", "*", to="Observation/never-there") == 412
    await fhir.send("DELETE", path)
    assert await sent("final", "*") == 412
    assert (
        await fhir.send("PATCH", path, b"[]", content_type="application/json-patch+json")
    ).status_code == 410
