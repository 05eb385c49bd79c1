"""Who may see and change which people: every route with every kind of caller, and what leaks to none."""

import uuid

import pytest

from smartbear.contracts.scope import ANONYMOUS, SERVICE, STAFF, SYSTEM, AccessScope

CALLERS = (
    *STAFF,
    "other CCM",
    "other Tech",
    "participant",
    "other participant",
    "system",
    "component",
    "nobody",
)


def _callers(world, person, other):
    near = {"organisations": (world.organisation,), "pilots": (world.pilot,)}
    staff = {role: AccessScope(role=role, account=str(uuid.uuid4()), **near) for role in STAFF}
    return staff | {
        "other CCM": world.other_ccm,
        "other Tech": AccessScope(role="Tech", organisations=(world.other_organisation,)),
        "participant": world.participant(person),
        "other participant": world.participant(other),
        "system": AccessScope(role=SYSTEM, client="lake", scopes=("system/*.*",)),
        "component": AccessScope(role=SERVICE, service="measurements"),
        "nobody": AccessScope(role=ANONYMOUS),
    }


def _staff(status, other):
    """Case managers and technicians of the participant's organisation, and of another one."""
    return {"CCM": status, "Tech": status, "other CCM": other, "other Tech": other}


ROUTES = {
    ("GET", "/api/participants"): _staff(200, 200) | {"participant": 200, "other participant": 200},
    ("GET", "/api/participants/{mine}"): _staff(200, 404) | {"participant": 200, "other participant": 404},
    ("GET", "/api/profiles"): {"CCM": 200, "other CCM": 200, "participant": 200, "other participant": 200},
    ("POST", "/api/participants"): {"CCM": 422, "other CCM": 422},
    ("PATCH", "/api/participants/{mine}"): {"CCM": 200, "other CCM": 404},
    ("POST", "/api/participants/{mine}/devices"): _staff(201, 404),
    ("DELETE", "/api/participants/{mine}/devices/{id}"): _staff(404, 404),
    ("GET", "/api/devices"): _staff(200, 200),
    ("GET", "/api/organisations"): _staff(200, 200) | {"SysAdmin": 200},
    ("POST", "/api/organisations"): {"SysAdmin": 422},
    ("GET", "/api/pilots"): _staff(200, 200) | {"SysAdmin": 200},
    ("POST", "/api/pilots"): {"SysAdmin": 422},
    ("PATCH", "/api/pilots/{id}"): {"SysAdmin": 404},
    ("GET", "/api/erasures"): {"SysAdmin": 200},
    ("POST", "/api/erasures"): {"SysAdmin": 404},
    ("GET", "/api/erasures/{id}"): {"SysAdmin": 404},
    ("POST", "/api/erasures/{id}/agreement"): {"SysAdmin": 404},
    ("GET", "/internal/accounts/{id}"): {"component": 404},
    ("GET", "/internal/participants/{mine}/subject"): {"component": 200},
    ("GET", "/internal/organisations"): {"component": 200},
    ("GET", "/internal/subjects/{id}/audience"): {"component": 404},
    ("GET", "/internal/subjects/{id}/care"): {"component": 404},
    ("POST", "/internal/devices/owners"): {"component": 200},
    ("GET", "/internal/staff/{id}"): {"component": 404},
    ("PUT", "/internal/staff/{id}"): {"component": 204},
    ("DELETE", "/internal/staff/{id}"): {"component": 204},
    ("PUT", "/internal/participants/{mine}/account"): {"component": 204},
}

BODIES = {
    ("POST", "/api/participants"): {
        "pilot_id": str(uuid.uuid4()),
        "birth_month": "1950-01",
        "email": "somebody@example.org",
        "consent_date": "2026-01-01",
    },
    ("PATCH", "/api/participants/{mine}"): {},
    ("POST", "/api/participants/{mine}/devices"): {"label": "W-1", "category": "smartwatch"},
    ("POST", "/api/organisations"): {"name": "A clinic", "pilot_id": str(uuid.uuid4())},
    ("POST", "/api/pilots"): {"name": "A pilot", "time_zone": "Atlantis/Capital"},
    ("PATCH", "/api/pilots/{id}"): {},
    ("POST", "/api/erasures"): {"participant": "SB-999999", "ground": "objection"},
    ("POST", "/internal/devices/owners"): [],
    ("PUT", "/internal/staff/{id}"): {"name": "Somebody", "role": "Tech"},
    ("PUT", "/internal/participants/{mine}/account"): {"account": str(uuid.uuid4())},
}


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_a_route_opens_to_the_callers_it_is_for_and_to_no_other(world, route):
    mine, other = await world.enrol(), await world.enrol(world.other_ccm)
    method, path = route
    path = path.format(mine=mine["id"], id=uuid.uuid4())
    expected = {caller: ROUTES[route].get(caller, 403) for caller in CALLERS}

    found = {}
    for caller, scope in _callers(world, mine, other).items():
        async with world.client(scope) as client:
            answer = await client.request(method, path, json=BODIES.get(route))
        found[caller] = answer.status_code
        assert answer.status_code < 400 or answer.json()["status"] == answer.status_code

    assert found == expected


async def test_a_list_holds_only_the_rows_of_the_caller(world):
    mine, other = await world.enrol(), await world.enrol(world.other_ccm)
    rows = {}
    for caller, scope in _callers(world, mine, other).items():
        async with world.client(scope) as client:
            answer = await client.get("/api/participants")
        if answer.status_code == 200:
            rows[caller] = [item["id"] for item in answer.json()["items"]]

    assert rows == {
        "CCM": [mine["id"]],
        "Tech": [mine["id"]],
        "other CCM": [other["id"]],
        "other Tech": [other["id"]],
        "participant": [mine["id"]],
        "other participant": [other["id"]],
    }


async def test_a_technician_learns_nothing_about_health(world):
    person = await world.enrol(profiles=["mental"], sex="female", external_email="outside@example.org")
    subject = person["subject"]
    world.neighbours.conditions[subject] = [{"code": "35489007", "display": "Depressive disorder"}]

    async with world.client(world.tech) as client:
        listed = await client.get("/api/participants")
        page = await client.get(f"/api/participants/{person['id']}")

    assert set(page.json()) == {"id", "organisation", "pilot", "contact", "devices"}
    assert set(listed.json()) == {"items", "total", "page", "size"}
    for secret in ("mental", "female", "Depressive", "1948", subject, "standing", "outside@"):
        assert secret not in listed.text + page.text


@pytest.mark.parametrize("filters", [{"state": "extreme"}, {"profile": "mental"}, {"status": "withdrawn"}])
async def test_a_technician_cannot_find_out_about_health_by_filtering(world, filters):
    async with world.client(world.tech) as client:
        answer = await client.get("/api/participants", params=filters)

    assert answer.status_code == 403
    assert [fault["path"] for fault in answer.json()["errors"]] == list(filters)


async def test_a_technician_pages_and_turns_the_list(world):
    people = [await world.enrol() for _ in range(3)]

    async with world.client(world.tech) as client:
        answer = await client.get("/api/participants", params={"order": "desc", "size": 2})

    assert [item["id"] for item in answer.json()["items"]] == [people[2]["id"], people[1]["id"]]
    assert answer.json()["total"] == 3


async def test_a_scope_without_organisation_sees_nobody(world):
    await world.enrol()

    async with world.client(AccessScope(role="CCM", account=str(uuid.uuid4()))) as client:
        answer = await client.get("/api/participants")

    assert answer.json()["items"] == []


async def test_a_request_without_a_scope_is_not_answered(world):
    async with world.client() as client:
        client.event_hooks = {"request": []}
        answer = await client.get("/api/participants")

    assert answer.status_code == 401
