"""What a deployment decides about writes."""

import uuid

import pytest

from smartbear.fhir import json
from tests.cdr.conftest import issues, patient


@pytest.fixture
def choose(service):
    """Settings of the service under test, changed."""

    def change(**values):
        for name, value in values.items():
            object.__setattr__(service.app._repository.settings, name, value)

    return change


def keyed(key, **more):
    return patient(identifier=[{"system": "urn:set", "value": key}], **more)


async def test_where_clients_may_not_choose_ids_put_makes_nothing(fhir, choose):
    key = str(uuid.uuid4())
    choose(update_create=False)
    answer = await fhir.send("PUT", f"Patient/{key}", keyed(key, id=key))
    assert (answer.status_code, issues(answer)) == (405, [("not-supported", "")])
    assert "POST" in json.decode(answer.content)["issue"][0]["diagnostics"]
    condition = f"Patient?identifier=urn:set|{key}"
    assert (await fhir.send("PUT", condition, keyed(key, id=key))).status_code == 405
    entry = {"resource": keyed(key, id=key), "request": {"method": "PUT", "url": f"Patient/{key}"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert (await fhir.send("POST", "", bundle)).status_code == 405
    created = await fhir.send("PUT", condition, keyed(key))
    assert created.status_code == 201
    assert (await fhir.put({**json.decode(created.content), "active": True}))["meta"]["versionId"] == "2"


async def test_a_conditional_delete_takes_as_many_as_the_deployment_allows(fhir, choose):
    key = str(uuid.uuid4())
    path = f"Patient?identifier=urn:set|{key}"
    stored = [await fhir.create(keyed(key)) for _ in range(3)]
    assert (await fhir.send("DELETE", path)).status_code == 412
    choose(delete_matches=2)
    assert (await fhir.send("DELETE", path)).status_code == 412
    assert len(await fhir.ids(path)) == 3
    choose(delete_matches=3)
    answer = await fhir.send("DELETE", path, prefer="return=OperationOutcome")
    assert (answer.status_code, len(issues(answer))) == (200, 3)
    for one in stored:
        assert (await fhir.send("GET", f"Patient/{one['id']}")).status_code == 410
    assert (await fhir.send("DELETE", path)).status_code == 204


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_bundles_delete_as_many(fhir, choose, kind):
    key = str(uuid.uuid4())
    path = f"Patient?identifier=urn:set|{key}"
    choose(delete_matches=2)
    for _ in range(2):
        await fhir.create(keyed(key))
    entry = {"request": {"method": "DELETE", "url": path}}
    answer = await fhir.send("POST", "", {"resourceType": "Bundle", "type": kind, "entry": [entry]})
    assert json.decode(answer.content)["entry"][0]["response"]["status"] == "204 No Content"
    assert await fhir.ids(path) == []
