"""The trail of a whole platform: what people do is in it, signed, and shown to those it concerns."""

import asyncpg
import pytest

from smartbear.fhir.validation import validate
from tests.conftest import eventually

EVENT = {
    "resourceType": "AuditEvent",
    "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110100"},
    "recorded": "2026-06-14T08:00:00Z",
    "agent": [{"requestor": True}],
    "source": {"observer": {"display": "a hospital"}},
}


@pytest.fixture(scope="module")
async def signed(platform):
    """The platform after somebody looked at somebody, once its worker has signed that."""
    subject = platform.person["north"][1]
    assert (await platform.fhir("ccm_north", "GET", f"Observation?subject=Patient/{subject}")).is_success
    owner = await asyncpg.connect(platform.url)
    before = await owner.fetchval("SELECT max(id) FROM audit.event")

    async def is_signed():
        return await owner.fetchval(
            "SELECT EXISTS (SELECT FROM assurance.checkpoint WHERE $1 = ANY(ids))", before
        )

    async with platform.running.upkeep():
        await eventually(is_signed, within=60)
    await owner.close()
    return platform


async def test_an_auditor_finds_who_looked_at_a_participant_and_when_and_why(signed):
    query = f"participant={signed.person['north'][0]}&actor=ccm_north&source=cdr"
    answer = await signed.ask("auditor", "GET", f"/api/audit/events?{query}")
    event = answer.json()["items"][0]
    assert (event["subtype"], event["purpose"], event["outcome"]) == ("search-type", "TREAT", "0")
    assert event["agent"]["organisations"][0]["name"] == "north"
    assert event["position"] is not None


async def test_the_participant_sees_who_looked_by_name(signed):
    items = (await signed.ask("person_north", "GET", "/api/audit/own?limit=200")).json()["items"]
    who = {
        (item["who"]["role"], item["who"]["name"], item["who"]["organisation"])
        for item in items
        if item["outcome"] == "0"
    }
    assert ("CCM", "ccm_north", "north") in who
    assert ("CCM", "ccm_south", "south") not in who


async def test_the_participant_sees_who_was_not_let_in_and_nobody_learns_that_there_is_one(platform):
    number, subject = platform.person["north"]
    asked = {
        f"/api/participants/{number}": "profile",
        f"/api/participants/{number}/consents": "consent",
        f"/api/measurements?subject={subject}&code=85354-9": "readings",
        f"/api/decisions/limits?subject={subject}": "limits",
        f"/fhir/Patient/{subject}": "profile",
        f"/fhir/Patient/{subject}/$everything": "profile",
    }
    for address in asked:
        there = await platform.ask("ccm_south", "GET", address)
        other = address.replace(number, "SB-9999").replace(subject, "11111111-1111-4111-8111-111111111111")
        nobody = await platform.ask("ccm_south", "GET", other)
        assert (there.status_code, there.headers["content-length"]) == (404, nobody.headers["content-length"])
    page = (await platform.ask("person_north", "GET", "/api/audit/own?limit=200&by=others")).json()["items"]
    tried = [item for item in page if item["who"]["name"] == "ccm_south"]
    assert {item["status"] for item in tried} == {404}
    assert sorted(what["kind"] for item in tried for what in item["what"]) == sorted(asked.values())
    assert not any(what["entities"] for item in tried for what in item["what"])


async def test_the_same_is_told_to_clients_of_fhir(signed):
    bundle = (await signed.fhir("person_north", "GET", "AuditEvent?agent-name=ccm_north&_count=5")).json()
    events = [entry["resource"] for entry in bundle["entry"]]
    assert events
    assert [issue for event in events for issue in validate(event) if issue.severity == "error"] == []
    address = f"AuditEvent/{events[0]['id']}"
    assert (await signed.fhir("person_north", "GET", address)).json() == events[0]
    for other in ("auditor", "person_south"):  # ids are a reader's own: numbers would count what all do
        assert (await signed.fhir(other, "GET", address)).status_code == 404


async def test_audit_events_that_a_machine_stores_are_its_own_and_no_part_of_the_trail(signed):
    answer = await signed.fhir("system", "POST", "AuditEvent", EVENT)
    assert answer.status_code == 201
    stored = answer.headers["location"].partition("/fhir/")[2].partition("/_history")[0]
    assert (await signed.fhir("system", "GET", stored)).is_success
    assert (await signed.fhir("auditor", "GET", stored)).status_code == 404
    assert (await signed.fhir("person_north", "POST", "AuditEvent", EVENT)).status_code == 405
    assert (await signed.fhir("ccm_north", "GET", "AuditEvent")).status_code == 403
    assert (await signed.ask("ccm_north", "GET", "/api/audit/events")).status_code == 403
    assert (await signed.ask("system", "GET", "/api/audit/events")).status_code == 401  # not in its `aud`


async def test_people_meet_the_audit_events_of_other_systems_nowhere(platform, ours):
    of_them = EVENT | {"entity": [{"what": {"reference": f"Patient/{ours}"}}]}
    stored = (await platform.fhir("system", "POST", "AuditEvent", of_them)).json()["id"]
    entries = [{"request": {"method": "GET", "url": url}} for url in (f"AuditEvent/{stored}", "AuditEvent")]
    entries.append({"request": {"method": "POST", "url": "AuditEvent"}, "resource": of_them})
    batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    paths = (
        "?_type=AuditEvent",
        "_history?_type=AuditEvent",
        f"Patient?_id={ours}&_revinclude=*",
        f"Patient/{ours}/AuditEvent",
        f"Patient/{ours}/*?_type=AuditEvent",
        f"Patient/{ours}/$everything",
        "$get-resource-counts",
    )
    for who in ("ccm_north", "person_north"):
        for path in paths:
            answer = await platform.fhir(who, "GET", path)
            assert stored not in answer.text, path
            assert '"AuditEvent"' not in answer.text, path
        told = (await platform.fhir(who, "POST", "", batch)).json()["entry"]
        assert [one["response"]["status"][:3] for one in told] == ["404", "200", "403"]
        found = await platform.fhir(who, "GET", f"Patient?_id={ours}&_has:AuditEvent:patient:type=110100")
        assert "entry" not in found.json()
    await platform.fhir("system", "DELETE", f"AuditEvent/{stored}")
