"""Data scientists: people who read what their project's clients read, in its terms, and change nothing."""

import pytest

from tests.attacks.canaries import IDS, leaks
from tests.cdr.bulk import ASYNC
from tests.whole import PROJECTS

PROJECT, OTHER = PROJECTS


@pytest.fixture
def person(platform):
    return platform.pseudonym("Patient", IDS[1])


async def test_a_data_scientist_reads_what_the_projects_client_reads(platform, person):
    for path in (
        f"Patient/{person}",
        f"Patient/{person}/$everything",
        f"Observation?patient={person}&date=ge2000-01-01",
    ):
        shown = await platform.fhir("scientist", "GET", path)
        assert shown.status_code == 200, shown.text
        assert leaks(shown.content + str(shown.headers).encode()) == []
        told = (await platform.fhir(PROJECT, "GET", path)).json()
        assert [each["resource"] for each in shown.json().get("entry", ())] == [
            each["resource"] for each in told.get("entry", ())
        ]


async def test_ids_of_the_repository_and_of_other_projects_are_nothing_to_a_data_scientist(platform):
    for name in (IDS[1], platform.pseudonym("Patient", IDS[1], OTHER)):
        assert (await platform.fhir("scientist", "GET", f"Patient/{name}")).status_code == 404


async def test_a_data_scientist_changes_nothing_and_goes_nowhere_else(platform, person):
    new = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "8867-4"}]}}
    for method, path in (
        ("POST", "Observation"),
        ("PUT", f"Patient/{person}"),
        ("DELETE", f"Patient/{person}"),
    ):
        assert (await platform.fhir("scientist", method, path, new)).status_code == 403
    for path in ("/api/participants", "/api/measurements", "/api/inbox", "/api/accounts", "/fhir/AuditEvent"):
        assert (await platform.ask("scientist", "GET", path)).status_code == 403, path


async def test_without_a_project_a_data_scientist_reads_nothing(platform, person):
    listed = await platform.ask("sysadmin", "GET", "/api/accounts", params={"search": "scientist"})
    [account] = listed.json()["items"]
    where = f"/api/accounts/{account['id']}"
    for project, status in ((None, 403), ("nobodys", 403), (PROJECT, 200)):
        given = await platform.ask("sysadmin", "PATCH", where, {"project": project})
        assert given.json()["project"] == project
        platform.forget("scientist")
        assert (await platform.fhir("scientist", "GET", f"Patient/{person}")).status_code == status


async def test_a_data_scientist_exports_what_the_project_sees(platform):
    begun = await platform.fhir("scientist", "GET", "$export?_type=Patient,Observation", **ASYNC)
    assert begun.status_code == 202, begun.text
    await platform.work()
    place = begun.headers["content-location"].partition("/fhir/")[2]
    listed = await platform.fhir("scientist", "GET", place)
    files = [file["url"].partition("/fhir/")[2] for file in listed.json()["output"]]
    lines = [(await platform.fhir("scientist", "GET", file)).content for file in files]
    assert platform.pseudonym("Patient", IDS[1]).encode() in b"".join(lines)
    assert leaks(b"".join(lines) + listed.content) == []
    assert (await platform.fhir(PROJECT, "GET", place)).status_code == 404
    await platform.fhir("scientist", "DELETE", place)


async def test_an_administrator_chooses_from_the_projects_that_there_are(platform):
    answer = await platform.ask("sysadmin", "GET", "/api/projects")
    assert answer.json() == {"items": ["holobalance", "smart4health"]}
    assert (await platform.ask("scientist", "GET", "/api/projects")).status_code == 403
