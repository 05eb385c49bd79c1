from tests.cdr.conftest import issues, observation, patient


async def test_a_deleted_resource_is_gone_and_its_versions_stay(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    answer = await fhir.send("DELETE", path)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (204, b"", 'W/"2"')
    gone = await fhir.send("GET", path)
    assert (gone.status_code, issues(gone)) == (410, [("deleted", "")])
    assert (await fhir.send("GET", f"{path}/_history/2")).status_code == 410
    assert await fhir.get(f"{path}/_history/1") == stored
    assert await fhir.ids(f"Observation?_id={stored['id']}") == []


async def test_deleting_what_is_not_there_is_well(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    answers = [await fhir.send("DELETE", place) for place in ("Observation/none", path, path)]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert (await fhir.get(f"{path}/_history"))["total"] == 2


async def test_a_deletion_can_ask_for_an_outcome_and_for_a_version(fhir):
    stored = await fhir.create(observation())
    path = f"Observation/{stored['id']}"
    assert (await fhir.send("DELETE", path, if_match='W/"2"')).status_code == 412
    answer = await fhir.send("DELETE", path, prefer="return=OperationOutcome")
    assert (answer.status_code, issues(answer)) == (200, [("informational", "")])


async def test_a_deleted_resource_can_come_back(fhir):
    stored = await fhir.put(patient(id="back", name=[{"family": "Lazarus"}]))
    await fhir.send("DELETE", "Patient/back")
    answer = await fhir.send("PUT", "Patient/back", stored)
    assert (answer.status_code, answer.headers["etag"]) == (201, 'W/"3"')
    assert await fhir.ids("Patient?family=Lazarus") == ["back"]


async def test_totals_follow_creations_and_deletions(fhir):
    async def total() -> int:
        return (await fhir.get("Condition?_summary=count"))["total"]

    before = await total()
    body = {"resourceType": "Condition", "id": "counted", "subject": {"reference": "Patient/x"}}
    await fhir.put(body)
    assert await total() == before + 1
    await fhir.put({**body, "recordedDate": "2026"})
    assert await total() == before + 1
    await fhir.send("DELETE", "Condition/counted")
    assert await total() == before


async def test_a_conditional_deletion_takes_one_match_or_none(fhir):
    for value in ("one", "two", "two"):
        await fhir.create(patient(identifier=[{"system": "urn:delete", "value": value}]))
    answers = [
        await fhir.send("DELETE", f"Patient?identifier=urn:delete|{v}") for v in ("none", "one", "two")
    ]
    assert [answer.status_code for answer in answers] == [204, 204, 412]
    assert (await fhir.send("DELETE", "Patient")).status_code == 400
    assert len(await fhir.ids("Patient?identifier=urn:delete|")) == 2
