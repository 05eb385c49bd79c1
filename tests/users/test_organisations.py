"""Organisations, pilots, staff, and who is asking."""

import uuid

import pytest

from smartbear.contracts.scope import AccessScope
from tests.users.conftest import ADMIN

NOBODY = "8d6c4e1f-e277-42bb-95a7-eb27b3600634"


async def _request(world, scope, method, path, body=None):
    async with world.client(scope) as client:
        return await client.request(method, path, json=body)


async def test_the_signed_in_person_is_greeted_by_name(world):
    me = (await _request(world, world.ccm, "GET", "/api/me")).json()

    assert me["name"] == f"CCM {world.ccm.account[:4]}"
    assert (me["role"], me["username"], me["account"]) == ("CCM", "ccm", world.ccm.account)
    assert (me["organisation"]["id"], me["pilot"]["id"]) == (world.organisation, world.pilot)
    assert (me["participant"], me["subject"]) == (None, None)


async def test_a_participant_is_greeted_by_the_participants_own_id(world):
    person = await world.enrol()

    me = (await _request(world, world.participant(person), "GET", "/api/me")).json()

    assert (me["name"], me["participant"], me["subject"]) == (person["id"], person["id"], person["subject"])
    assert (me["organisation"], me["pilot"]) == (None, None)


async def test_staff_the_directory_does_not_know_are_greeted_by_username(world):
    stranger = AccessScope(role="Auditor", account=str(uuid.uuid4()), username="auditor")

    assert (await _request(world, stranger, "GET", "/api/me")).json()["name"] == "auditor"


async def test_staff_see_their_own_organisation_and_administrators_all(world):
    mine = (await _request(world, world.ccm, "GET", "/api/organisations")).json()["items"]
    every = (await _request(world, ADMIN, "GET", "/api/organisations")).json()["items"]
    pilots = (await _request(world, world.tech, "GET", "/api/pilots")).json()["items"]

    assert [item["id"] for item in mine] == [world.organisation]
    assert {world.organisation, world.other_organisation} <= {item["id"] for item in every}
    assert [(item["id"], item["time_zone"]) for item in pilots] == [(world.pilot, "Europe/Lisbon")]


async def test_a_pilot_can_mute_conditions_and_change_its_language(world):
    path = f"/api/pilots/{world.pilot}"

    muted = (await _request(world, ADMIN, "PATCH", path, {"muted_conditions": ["38341003"]})).json()
    greek = (await _request(world, ADMIN, "PATCH", path, {"language": "el"})).json()

    assert (muted["muted_conditions"], muted["language"]) == (["38341003"], "en")
    assert (greek["muted_conditions"], greek["language"]) == (["38341003"], "el")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "/api/pilots", {"name": "P", "time_zone": "Mars/Olympus"}, 422, "time_zone"),
        ("POST", "/api/pilots", {"name": "P", "language": "tlh"}, 422, "language"),
        ("POST", "/api/pilots", {"name": " "}, 422, "name"),
        ("POST", "/api/organisations", {"name": "O", "pilot_id": NOBODY}, 422, "pilot_id"),
        ("PATCH", f"/api/pilots/{NOBODY}", {"muted_conditions": ["flu"]}, 422, "muted_conditions[0]"),
        ("PATCH", f"/api/pilots/{NOBODY}", {"muted_conditions": None}, 422, "muted_conditions"),
    ],
)
async def test_a_faulty_form_names_the_field(world, method, path, body, status, field):
    answer = await _request(world, ADMIN, method, path, body)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["path"] == field


@pytest.mark.parametrize("path", ["/api/pilots", "/api/organisations"])
async def test_a_name_is_used_once(world, path):
    taken = (await _request(world, ADMIN, "GET", path)).json()["items"][0]["name"]
    body = {"name": taken} | ({"pilot_id": world.pilot} if path == "/api/organisations" else {})

    answer = await _request(world, ADMIN, "POST", path, body)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "taken")


async def test_a_member_of_staff_cannot_belong_to_an_organisation_that_is_not_there(world):
    member = {"name": "Somebody", "role": "CCM", "organisation_id": str(uuid.uuid4())}

    answer = await _request(world, None, "PUT", f"/internal/staff/{uuid.uuid4()}", member)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "organisation_id")


async def test_the_api_describes_itself_without_its_internal_side(world):
    described = (await _request(world, None, "GET", "/openapi.json")).json()

    assert "/api/participants" in described["paths"]
    assert not [path for path in described["paths"] if path.startswith("/internal")]
    operations = [op for path in described["paths"].values() for op in path.values()]
    assert all(operation["tags"] and operation["description"] for operation in operations)
    assert all("4XX" in operation["responses"] for operation in operations)
    assert "HTTPValidationError" not in described["components"]["schemas"]
