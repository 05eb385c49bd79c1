import uuid

import pytest

from smartbear.fhir import json
from tests.cdr.conftest import issues, observation, patient


def tag(code, **more):
    return {"system": "urn:tags", "code": code, **more}


def parameters(**meta):
    return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}


async def returned(fhir, path, method="GET", body=None):
    answer = await fhir.send(method, path, body)
    assert answer.status_code == 200, answer.text
    found = json.decode(answer.content)
    assert found["resourceType"] == "Parameters"
    return found["parameter"][0]["valueMeta"] if "parameter" in found else {}


async def test_labels_are_put_on_a_resource_and_taken_off_again(fhir):
    stored = await fhir.create(observation(meta={"tag": [tag("a")]}))
    path = f"Observation/{stored['id']}"
    more = parameters(tag=[tag("a", display="A"), tag("b")], profile=["urn:p"], security=[tag("s")])
    meta = await returned(fhir, f"{path}/$meta-add", "POST", more)
    assert meta["tag"] == [tag("a"), tag("b")]
    assert (meta["profile"], meta["security"], meta["versionId"]) == (["urn:p"], [tag("s")], "2")
    assert meta == (await fhir.get(path))["meta"] == await returned(fhir, f"{path}/$meta")
    assert await fhir.ids(f"Observation?_tag=urn:tags|b&_id={stored['id']}") == [stored["id"]]
    less = parameters(tag=[tag("b", display="B")], profile=["urn:p"], security=[tag("s"), tag("none")])
    meta = await returned(fhir, f"{path}/$meta-delete", "POST", less)
    assert (meta["tag"], meta["versionId"], meta.keys() & {"profile", "security"}) == ([tag("a")], "3", set())
    again = await returned(fhir, f"{path}/$meta-delete", "POST", less)
    assert again == meta


async def test_a_type_and_the_repository_tell_the_labels_in_use(service, fhir):
    near = str(uuid.uuid4())
    own = await fhir.create(patient(near, meta={"tag": [tag("Near"), tag("near2")]}))
    await fhir.create(patient("far", meta={"tag": [tag("far")], "profile": ["urn:far|1"]}))
    await fhir.create(observation(own["id"], meta={"security": [tag("near-s")]}))
    gone = await fhir.create(patient(near, meta={"tag": [tag("gone")]}))
    await fhir.send("DELETE", f"Patient/{gone['id']}")
    codes = [one["code"] for one in (await returned(fhir, "Patient/$meta"))["tag"]]
    assert {"Near", "near2", "far"} <= set(codes)
    assert "gone" not in codes
    assert len(codes) == len(set(codes))
    assert "urn:far|1" in (await returned(fhir, "$meta"))["profile"]
    manager = await service.case_manager(near)
    assert await returned(manager, "$meta") == {
        "tag": [tag("Near"), tag("near2")],
        "security": [tag("near-s")],
    }
    assert await returned(manager, "Observation/$meta", "POST") == {"security": [tag("near-s")]}
    assert await returned(manager, "Condition/$meta") == {}


async def test_labels_are_changed_by_those_who_may(service, fhir):
    own, other = await fhir.create(patient("mine")), await fhir.create(patient("theirs"))
    seen = [await fhir.create(observation(one["id"])) for one in (own, other)]
    manager, person = await service.case_manager("mine"), await service.participant(own["id"])
    for caller, one, status in ((manager, 0, 200), (manager, 1, 404), (person, 0, 403)):
        path = f"Observation/{seen[one]['id']}"
        assert (
            await caller.send("POST", f"{path}/$meta-add", parameters(tag=[tag("x")]))
        ).status_code == status
        assert (await caller.send("GET", f"{path}/$meta")).status_code == (404 if one else 200)
    guarded = await fhir.send(
        "POST", f"Observation/{seen[1]['id']}/$meta-add", parameters(tag=[tag("x")]), if_match='W/"9"'
    )
    assert guarded.status_code == 412


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Parameters"},
        {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueString": "x"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "tag", "valueString": "x"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {"tag": [{"code": 1}]}}]},
        parameters(tag=[tag("a")]) | {"parameter": parameters(tag=[tag("a")])["parameter"] * 2},
        patient(),
        [],
    ],
)
async def test_what_is_no_meta_is_refused(fhir, body):
    stored = await fhir.create(patient())
    answer = await fhir.send("POST", f"Patient/{stored['id']}/$meta-add", body)
    assert answer.status_code in (400, 422)
    assert issues(answer)
    assert await fhir.get(f"Patient/{stored['id']}") == stored


async def test_an_update_is_the_whole_resource_with_its_tags(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    await fhir.send("POST", f"{path}/$meta-add", parameters(tag=[tag("x")]))
    assert (await fhir.get(path))["meta"]["tag"] == [tag("x")]
    await fhir.put({**stored, "status": "amended"})
    assert "tag" not in (await fhir.get(path))["meta"]
