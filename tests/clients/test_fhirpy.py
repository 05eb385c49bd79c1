"""fhirpy, as it is published: https://pypi.org/project/fhirpy."""

import pytest
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import (
    AuthorizationError,
    MultipleResourcesFound,
    OperationOutcome,
    ResourceNotFound,
)

SYSTEM = "urn:strangers:fhirpy"


@pytest.fixture
def client(server):
    return AsyncFHIRClient(server.fhir, authorization=f"Bearer {server.token}")


def patient(client, number, **more):
    return client.resource(
        "Patient",
        identifier=[{"system": SYSTEM, "value": str(number)}],
        name=[{"family": "Silva", "given": [f"P{number}"]}],
        **more,
    )


async def test_a_resource_lives_from_its_creation_to_its_deletion(client):
    made = await patient(client, "life", birthDate="1940-05-01").save()
    assert made.id
    assert made["meta"]["versionId"] == "1"
    made["birthDate"] = "1941-05-01"
    await made.save()
    again = await client.reference("Patient", made.id).to_resource()
    assert (again["birthDate"], again["meta"]["versionId"]) == ("1941-05-01", "2")
    await again.patch(active=True, birthDate=None)
    assert (again["active"], "birthDate" in again) == (True, False)
    await again.refresh()
    assert again["meta"]["versionId"] == "3"
    versions = await client.execute(f"Patient/{made.id}/_history", method="get")
    assert [entry["response"]["status"][:3] for entry in versions["entry"]] == ["200", "200", "201"]
    assert await again.is_valid()
    await again.delete()
    with pytest.raises(ResourceNotFound):
        await client.reference("Patient", made.id).to_resource()


async def test_a_search_goes_on_over_its_pages_and_is_counted(client):
    for number in range(5):
        await patient(client, f"page-{number}", gender="other").save()
    found = client.resources("Patient").search(gender="other", family__exact="Silva").sort("given").limit(2)
    assert await found.count() == 5
    assert [one.get_by_path(["name", 0, "given", 0]) async for one in found] == [
        f"Ppage-{number}" for number in range(5)
    ]
    assert len(await found.fetch()) == 2
    assert len(await found.fetch_all()) == 5
    assert (await found.first())["name"][0]["given"] == ["Ppage-0"]


async def test_chains_includes_and_elements_are_asked_for_by_name(client):
    subject = await patient(client, "chain").save()
    observation = client.resource(
        "Observation",
        status="final",
        code={"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        subject=subject.to_reference(),
        effectiveDateTime="2026-05-01T08:00:00Z",
        valueQuantity={"value": 72, "system": "http://unitsofmeasure.org", "code": "/min"},
    )
    await observation.save()
    asked = client.resources("Observation").search(
        patient__Patient__identifier=f"{SYSTEM}|chain", date__ge="2026-05-01"
    )
    bundle = await asked.include("Observation", "subject").fetch_raw()
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == ["Observation", "Patient"]
    (part,) = await asked.elements("status").fetch()
    assert "valueQuantity" not in part
    (behind,) = (
        await client.resources("Patient")
        .has("Observation", "patient", code="8867-4")
        .search(identifier=f"{SYSTEM}|chain")
        .fetch()
    )
    assert behind.id == subject.id


async def test_conditional_interactions_find_what_is_there(client):
    known = client.resources("Patient").search(identifier=f"{SYSTEM}|once")
    made, is_new = await known.get_or_create(patient(client, "once"))
    same, is_new_again = await known.get_or_create(patient(client, "once"))
    assert (made.id, is_new, is_new_again) == (same.id, True, False)
    changed, _ = await known.update(patient(client, "once", active=True))
    assert (changed.id, changed["active"]) == (made.id, True)
    await known.delete()
    assert await known.count() == 0


async def test_a_transaction_is_written_as_a_whole(client):
    subject = "urn:uuid:0190a000-0000-7000-8000-00000000000a"
    basic = client.resource("Basic", code={"text": "x"}, subject={"reference": subject})
    entries = [
        {
            "fullUrl": url,
            "resource": resource.serialize(),
            "request": {"method": "POST", "url": resource.resource_type},
        }
        for url, resource in ((subject, patient(client, "tx")), (f"{subject[:-1]}b", basic))
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = await client.execute("", data=bundle)
    assert [entry["response"]["status"][:3] for entry in answer["entry"]] == ["201", "201"]
    basic = await client.resources("Basic").search(subject__Patient__identifier=f"{SYSTEM}|tx").get()
    assert basic["subject"]["reference"].startswith("Patient/")


async def test_errors_are_the_clients_own(client, server):
    with pytest.raises(OperationOutcome) as refused:
        await client.resource("Patient", gender="unknowable").save()
    (issue,) = refused.value.resource["issue"]
    assert issue["expression"] == ["Patient.gender"]
    for number in ("twice", "twice"):
        await patient(client, number).save()
    with pytest.raises(MultipleResourcesFound):
        await (
            client.resources("Patient").search(identifier=f"{SYSTEM}|twice").update(patient(client, "twice"))
        )
    with pytest.raises(AuthorizationError):
        await AsyncFHIRClient(server.fhir, authorization="Bearer no").resources("Patient").first()
