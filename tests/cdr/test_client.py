"""The typed client against the component it speaks to."""

import pytest

from smartbear.contracts.cdr import CdrClient
from smartbear.contracts.scope import ScopeMiddleware
from smartbear.kit import errors
from tests.cdr.conftest import observation, patient
from tests.conftest import test_key


@pytest.fixture
async def client(service, make_context, clock):
    guarded = ScopeMiddleware(service.app, test_key("scope"), clock)
    async with make_context("users", neighbours={"cdr": guarded}) as context, CdrClient(context) as client:
        yield client


def condition(subject, code, *, status="active", verified="confirmed"):
    systems = "http://terminology.hl7.org/CodeSystem/condition-"
    return {
        "resourceType": "Condition",
        "id": f"{subject}-{code}",
        "clinicalStatus": {"coding": [{"system": f"{systems}clinical", "code": status}]},
        "verificationStatus": {"coding": [{"system": f"{systems}ver-status", "code": verified}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": f"about {code}"}]},
        "subject": {"reference": f"Patient/{subject}"},
    }


async def test_what_is_put_is_found_over_all_pages(client, service):
    subject = service.context.new_id()
    await client.put(patient(id=subject))
    for number in range(7):
        await client.put(observation(subject, id=f"{subject}-{number}"))
    asked = {"patient": subject, "_count": "3", "_sort": "_id"}
    found = [one["id"] async for one in client.search("Observation", asked)]
    assert found == [f"{subject}-{number}" for number in range(7)]
    both = [
        one["resourceType"]
        async for one in client.search("Observation", asked | {"_include": "Observation:subject"})
    ]
    assert (both.count("Observation"), both.count("Patient")) == (7, 3)


async def test_conditions_are_those_confirmed_and_active(client, service):
    subject = service.context.new_id()
    resources = [
        condition(subject, "38341003"),
        condition(subject, "49436004", status="resolved"),
        condition(subject, "195967001", verified="refuted"),
    ]
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"Condition/{one['id']}"}} for one in resources
    ]
    answered = await client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert len(answered["entry"]) == 3
    assert [(one.code, one.display) for one in await client.conditions(subject)] == [
        ("38341003", "about 38341003")
    ]
    assert await client.conditions("nobody") == []


async def test_errors_come_back_as_the_error_family_with_their_places(client):
    with pytest.raises(errors.Unprocessable) as refused:
        await client.put(observation(id="x", status="finished"))
    assert [fault.path for fault in refused.value.errors] == ["Observation.status"]
    with pytest.raises(errors.BadInput):
        [_ async for _ in client.search("Observation", {"date": "soon"})]
    with pytest.raises(errors.NotFound):
        [_ async for _ in client.search("Unicorn", {})]
