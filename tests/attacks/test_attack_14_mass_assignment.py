"""Attack 14: fields of the server's own in what a caller writes: role, organisation, pilot, subject."""

import pytest

from tests.attacks.records import NORTH
from tests.cdr.two_worlds import PULSE, seen

SERVERS_OWN = (
    "id",
    "subject",
    "account",
    "organisation",
    "organisation_id",
    "pilot",
    "number",
    "enrolled_at",
    "role",
)


@pytest.mark.parametrize("field", SERVERS_OWN)
async def test_a_participant_cannot_be_given_what_the_server_gives(platform, theirs, field):
    participant = platform.person["north"][0]
    path = f"/api/participants/{participant}"
    before = (await platform.ask("ccm_north", "GET", path)).json()
    for method, where in (("PATCH", path), ("POST", "/api/participants")):
        answer = await platform.ask("ccm_north", method, where, {field: platform.place["south"]})
        assert answer.status_code in (400, 422), field
        assert platform.place["south"] not in answer.text
    assert (await platform.ask("ccm_north", "GET", path)).json() == before


async def test_nobody_but_an_administrator_changes_accounts_and_that_one_not_the_own(platform):
    me = (await platform.ask("ccm_north", "GET", "/api/me")).json()
    for who in ("ccm_north", "tech_north", "auditor", "person_north", "system"):
        for method, path in (("GET", "/api/accounts"), ("PATCH", f"/api/accounts/{me['account']}")):
            answer = await platform.ask(
                who, method, path, {"role": "SysAdmin"} if method == "PATCH" else None
            )
            assert answer.status_code in (401, 403), (who, path)
    for field in ("pilot", "id", "username", "enabled", "waits_for", "password"):
        answer = await platform.ask("sysadmin", "PATCH", f"/api/accounts/{me['account']}", {field: "x"})
        assert answer.status_code in (400, 422), field


@pytest.mark.parametrize("who", NORTH)
async def test_a_person_is_not_moved_to_other_care_through_the_repository(platform, ours, who):
    care = {"reference": f"Organization/{platform.place['south']}"}
    body = {"resourceType": "Patient", "id": ours, "managingOrganization": care}
    patch = b'[{"op": "add", "path": "/managingOrganization", "value": {"reference": "Organization/x"}}]'
    assert (await platform.fhir(who, "PUT", f"Patient/{ours}", body)).status_code in (403, 405)
    kind = "application/json-patch+json"
    assert (await platform.fhir(who, "PATCH", f"Patient/{ours}", patch, content_type=kind)).status_code == 403


async def test_version_and_time_of_a_resource_are_the_servers(platform, ours):
    meta = {"versionId": "77", "lastUpdated": "1999-01-01T00:00:00Z"}
    answer = await platform.fhir(
        "ccm_north", "POST", "Observation", seen("mine", ours, PULSE, 1, 1, meta=meta)
    )
    made = answer.json()
    assert (made["meta"]["versionId"], made["meta"]["lastUpdated"][:4]) == ("1", "2026")
    assert made["id"] != "mine"
    await platform.fhir("system", "DELETE", f"Observation/{made['id']}")


async def test_a_reading_is_of_whoever_sends_it(platform, theirs):
    reading = {
        "code": "8867-4",
        "value": 61,
        "unit": "/min",
        "measured_at": "2026-06-14T08:00:00Z",
        "entry": "manual",
    }
    extra = ({"subject": theirs}, {"organisation": "x"}, {"received_at": "2026-01-01T00:00:00Z"})
    for more in extra:
        for body in ({"readings": [reading], **more}, {"readings": [reading | more]}):
            answer = await platform.ask(
                "person_north", "POST", "/api/measurements", body, idempotency_key=str(hash(str(body)))
            )
            assert answer.status_code in (400, 403, 404, 422), (body, answer.text)
            assert theirs not in answer.text
