"""Enrolling participants and changing what is known about them."""

import uuid
from datetime import timedelta

import pytest

from smartbear.contracts.scope import AccessScope
from tests.conftest import jobs_of


async def _post(world, scope, **form):
    base = {
        "pilot_id": world.pilot,
        "birth_month": "1948-05",
        "email": f"{uuid.uuid4().hex}@example.org",
        "consent_date": "2026-06-01",
    }
    async with world.client(scope) as client:
        return await client.post("/api/participants", json=base | form)


async def _patch(world, scope, participant_id, **form):
    async with world.client(scope) as client:
        return await client.patch(f"/api/participants/{participant_id}", json=form)


def _faults(answer):
    return [(fault["path"], fault["code"]) for fault in answer.json()["errors"]]


async def test_a_new_participant_gets_the_next_number_and_the_organisation_of_the_pilot(world):
    first = await world.enrol(sex="female", profiles=["cardiovascular"])
    second = await world.enrol()

    assert first["id"].startswith("SB-")
    assert int(second["id"][3:]) == int(first["id"][3:]) + 1
    assert first["organisation"]["id"] == world.organisation
    assert first["pilot"]["id"] == world.pilot
    assert (first["status"], first["profiles"]) == ("pending", ["cardiovascular"])
    assert first["consent"] == {"date": "2026-06-01", "status": "given", "research": False}
    assert (first["birth_month"], first["age"]) == ("1948-05", 78)


async def test_whoever_enrols_is_the_case_manager_when_none_is_named(world):
    person = await world.enrol()

    assert [manager["account"] for manager in person["case_managers"]] == [world.ccm.account]


async def test_the_other_components_hear_of_a_participant_without_learning_who_it_is(world, database_url):
    person = await world.enrol(email="private@example.org")

    for listener in ("cdr", "measurements", "decisions"):
        told = (await jobs_of(database_url, f"{listener}.participant.changed"))[-1]
        assert told == {
            "subject": person["subject"],
            "organisation": world.organisation,
            "pilot": world.pilot,
            "birth_month": "1948-05",
            "sex": "unknown",
            "status": "pending",
            "language": "en",
        }


async def test_an_email_address_is_used_once_whatever_its_letters_case(world, database_url):
    await world.enrol(email="Twice@example.org")
    before = await jobs_of(database_url, "cdr.participant.changed")

    answer = await _post(world, world.ccm, email="twice@Example.org")

    assert answer.status_code == 409
    assert _faults(answer) == [("email", "taken")]
    assert await jobs_of(database_url, "cdr.participant.changed") == before


async def test_consent_may_be_of_today_where_the_participant_lives_and_not_of_tomorrow(world, clock):
    clock.advance(timedelta(hours=14))  # 23:02 in Lisbon's summer

    today = await _post(world, world.ccm, consent_date="2026-06-14")
    tomorrow = await _post(world, world.ccm, consent_date="2026-06-15", email="other@example.org")

    assert today.status_code == 201
    assert (tomorrow.status_code, _faults(tomorrow)) == (422, [("consent_date", "in_future")])


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ({"birth_month": "2026-07"}, "birth_month"),
        ({"birth_month": "1948-13"}, "birth_month"),
        ({"consent_date": "yesterday"}, "consent_date"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b\r\nbcc: c@d"}, "email"),
        ({"email": "nul\x00@example.org"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"profiles": ["rich"]}, "profiles[0]"),
        ({"pilot_id": "my pilot"}, "pilot_id"),
        ({"status": "accepted"}, "status"),
        ({"organisation_id": "5f3bbd0c-8d5c-7b7e-8000-000000000000"}, "organisation_id"),
        ({"external_email": ""}, "external_email"),
        ({"case_managers": ["5f3bbd0c-8d5c-7b7e-8000-000000000000"]}, "case_managers[0]"),
    ],
)
async def test_a_form_with_a_fault_names_the_field_and_enrols_nobody(world, form, path):
    answer = await _post(world, world.ccm, **form)

    assert answer.status_code == 422
    assert path in [fault["path"] for fault in answer.json()["errors"]]
    async with world.client(world.ccm) as client:
        assert (await client.get("/api/participants")).json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"pilot_id": NaN}', 400),
        (b'{"email": "a@b.c", "email": "d@e.f"}', 400),
        (b"[" * 65 + b"]" * 65, 400),
        (b'{"phone": "' + b"1" * (1 << 20) + b'"}', 413),
        (b"{", 400),
        (b"[]", 422),
        (b"", 422),
    ],
)
async def test_a_body_that_is_not_strict_json_is_refused(world, body, status):
    async with world.client(world.ccm) as client:
        answer = await client.post(
            "/api/participants", content=body, headers={"content-type": "application/json"}
        )

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nobody_enrols_into_a_pilot_their_organisation_takes_no_part_in(world):
    stranger = AccessScope(role="CCM", account=world.ccm.account, organisations=())

    answer = await _post(world, stranger)

    assert (answer.status_code, _faults(answer)) == (422, [("pilot_id", "not_yours")])


async def test_a_case_manager_of_another_organisation_cannot_be_named(world):
    answer = await _post(world, world.ccm, case_managers=[world.ccm.account, world.other_ccm.account])

    assert (answer.status_code, _faults(answer)) == (422, [("case_managers[1]", "unknown")])


async def test_a_change_touches_only_the_fields_it_names_and_is_told(world, database_url):
    person = await world.enrol(phone="+351 1", external_email="outside@example.org", profiles=["mental"])
    carer = {"name": "A neighbour", "relation": "neighbour", "phone": "+351 2"}

    answer = await _patch(world, world.ccm, person["id"], status="accepted", carers=[carer], case_managers=[])

    changed = answer.json()
    assert answer.status_code == 200
    assert (changed["status"], changed["carers"], changed["case_managers"]) == ("accepted", [carer], [])
    unchanged = ("contact", "external_email", "profiles", "consent", "subject")
    assert {name: changed[name] for name in unchanged} == {name: person[name] for name in unchanged}
    assert (await jobs_of(database_url, "cdr.participant.changed"))[-1]["status"] == "accepted"


async def test_an_external_case_manager_can_be_taken_away_and_an_email_address_cannot(world):
    person = await world.enrol(external_email="outside@example.org")

    without = await _patch(world, world.ccm, person["id"], external_email=None, profiles=["mental", "mental"])
    refused = await _patch(world, world.ccm, person["id"], email=None)

    assert (without.json()["external_email"], without.json()["profiles"]) == (None, ["mental"])
    assert (refused.status_code, _faults(refused)[0][0]) == (422, "email")


async def test_a_change_cannot_take_another_participants_email_address(world):
    taken = await world.enrol()
    person = await world.enrol()

    answer = await _patch(world, world.ccm, person["id"], email=taken["contact"]["email"].upper())

    assert (answer.status_code, _faults(answer)) == (409, [("email", "taken")])
