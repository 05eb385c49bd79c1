"""Devices and whose they are at which time."""

import asyncio
import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from smartbear.contracts.people import DeviceAt, NewAssignment
from smartbear.kit.errors import Conflict
from smartbear.users.store import devices as store
from tests.conftest import NOW, jobs_of

MINUTE = timedelta(minutes=1)


async def _assign(world, person, scope=None, **form):
    base = {"label": "BP-0917", "category": "blood_pressure"}
    async with world.client(scope or world.ccm) as client:
        return await client.post(f"/api/participants/{person['id']}/devices", json=base | form)


async def _owners(world, *questions):
    body = [{"device_id": device, "at": at.isoformat()} for device, at in questions]
    async with world.client() as component:
        answer = await component.post("/internal/devices/owners", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_device_handed_out_is_the_participants_from_that_instant(world, database_url):
    person = await world.enrol()

    answer = await _assign(world, person)

    device = answer.json()
    assert answer.status_code == 201
    assert (device["label"], device["assigned_to"], device["status"]) == ("BP-0917", None, "active")
    before, after = NOW - timedelta(seconds=1), NOW + timedelta(days=400)
    asked = await _owners(world, (device["id"], before), (device["id"], NOW), (device["id"], after))
    assert asked == [None, person["subject"], person["subject"]]
    told = (await jobs_of(database_url, "cdr.device.assigned"))[-1]
    assert (told["device_id"], told["subject"], told["assigned_to"]) == (
        device["id"],
        person["subject"],
        None,
    )


async def test_handing_out_twice_changes_nothing(world, database_url):
    person = await world.enrol()
    first = await _assign(world, person)
    told = len(await jobs_of(database_url, "cdr.device.assigned"))

    second = await _assign(world, person)

    assert second.json() == first.json()
    assert len(await jobs_of(database_url, "cdr.device.assigned")) == told


async def test_a_device_of_another_participant_is_refused_until_it_is_moved(world, database_url, clock):
    first, second = await world.enrol(), await world.enrol()
    device = (await _assign(world, first)).json()["id"]
    clock.advance(timedelta(days=3))

    refused = await _assign(world, second)
    moved = await _assign(world, second, move=True)

    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "device_taken"
    assert moved.status_code == 201
    instant = NOW + timedelta(days=3)
    asked = await _owners(world, (device, instant - timedelta(microseconds=1)), (device, instant))
    assert asked == [first["subject"], second["subject"]]
    told = (await jobs_of(database_url, "cdr.device.assigned"))[-2:]
    assert [(event["subject"], event["assigned_to"] is None) for event in told] == [
        (first["subject"], False),
        (second["subject"], True),
    ]


async def test_a_device_cannot_be_moved_to_before_its_holder_got_it(world):
    first, second = await world.enrol(), await world.enrol()
    await _assign(world, first)

    answer = await _assign(world, second, move=True, assigned_from=(NOW - MINUTE).isoformat())

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (409, "assigned_from")


async def test_a_device_taken_back_keeps_its_history_and_can_go_to_somebody_else(world, clock):
    first, second = await world.enrol(), await world.enrol()
    device = (await _assign(world, first)).json()["id"]
    async with world.client(world.tech) as client:
        early = await client.delete(f"/api/participants/{first['id']}/devices/{device}")
        clock.advance(timedelta(days=1))
        taken = await client.delete(f"/api/participants/{first['id']}/devices/{device}")
        again = await client.delete(f"/api/participants/{first['id']}/devices/{device}")
    clock.advance(timedelta(days=1))

    given_out = await _assign(world, second)

    assert early.status_code == 409
    assert (taken.status_code, again.status_code, given_out.status_code) == (204, 404, 201)
    days = [NOW + timedelta(hours=12 + 24 * day) for day in range(3)]
    assert await _owners(world, *((device, day) for day in days)) == [
        first["subject"],
        None,
        second["subject"],
    ]


async def test_a_device_cannot_be_handed_out_into_somebody_elses_past(world, clock):
    first, second = await world.enrol(), await world.enrol()
    device = (await _assign(world, first)).json()["id"]
    clock.advance(timedelta(days=1))
    async with world.client(world.ccm) as client:
        await client.delete(f"/api/participants/{first['id']}/devices/{device}")

    backdated = await _assign(world, second, assigned_from=NOW.isoformat())
    future = await _assign(world, second, assigned_from=(NOW + timedelta(days=2)).isoformat())

    assert backdated.status_code == 409
    assert backdated.json()["errors"][0]["path"] == "assigned_from"
    assert (future.status_code, future.json()["errors"][0]["code"]) == (422, "in_future")


async def test_a_label_names_one_device_of_an_organisation_and_another_one_elsewhere(world):
    here, there = await world.enrol(), await world.enrol(world.other_ccm)

    mine = await _assign(world, here)
    theirs = await _assign(world, there, world.other_ccm)
    other_kind = await _assign(world, here, category="scale")

    assert mine.json()["id"] != theirs.json()["id"]
    assert (other_kind.status_code, other_kind.json()["errors"][0]["path"]) == (409, "category")


async def test_of_many_participants_given_one_device_at_the_same_time_one_gets_it(world):
    people = [await world.enrol() for _ in range(6)]

    answers = await asyncio.gather(*(_assign(world, person) for person in people))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    winner = next(p for p, answer in zip(people, answers, strict=True) if answer.status_code == 201)
    device = next(answer for answer in answers if answer.status_code == 201).json()["id"]
    assert await _owners(world, (device, NOW)) == [winner["subject"]]


async def test_the_database_itself_refuses_two_owners_even_without_our_locks(world):
    first, second = await world.enrol(), await world.enrol()
    db = world.context.db
    async with db.transaction() as tx:
        form = NewAssignment(label="HR-1", category="smartwatch")
        device = await store.register(tx, world.context.new_id(), world.organisation, form)

    async def give(person):
        async with db.transaction() as tx:
            await store.assign(tx, world.context.new_id(), device, person["id"], NOW)
            await asyncio.sleep(0.05)

    results = await asyncio.gather(give(first), give(second), return_exceptions=True)

    assert sorted(type(result) for result in results if result) == [Conflict]
    assert len([result for result in results if result is None]) == 1


steps = st.lists(
    st.tuples(st.sampled_from(["assign", "move", "back"]), st.integers(0, 2), st.integers(0, 50)), max_size=12
)


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
async def test_whatever_is_done_with_a_device_no_instant_has_two_owners(world, steps):
    people = [await world.enrol() for _ in range(3)]
    label = f"S-{world.context.new_id()}"
    async with world.client(world.ccm) as client:
        for step, whose, minutes in steps:
            path = f"/api/participants/{people[whose]['id']}/devices"
            if step == "back":
                held = (await client.get(f"/api/participants/{people[whose]['id']}")).json()["devices"]
                for device in held[:1]:
                    await client.delete(f"{path}/{device['id']}")
            else:
                at = (world.clock.now() - timedelta(minutes=minutes)).isoformat()
                form = {"label": label, "category": "scale", "move": step == "move", "assigned_from": at}
                assert (await client.post(path, json=form)).status_code in (201, 409)
            world.clock.advance(timedelta(minutes=7))
        histories = [
            (await client.get(f"/api/participants/{person['id']}")).json()["devices"] for person in people
        ]
    intervals = sorted(
        (datetime.fromisoformat(each["assigned_from"]), each["assigned_to"])
        for history in histories
        for each in history
    )
    for (_, end), (start, _) in itertools.pairwise(intervals):
        assert end is not None
        assert datetime.fromisoformat(end) <= start


async def test_a_technician_sees_the_stock_with_who_has_what_and_when_it_was_last_heard_of(world):
    person = await world.enrol()
    device = (await _assign(world, person, world.tech)).json()["id"]
    world.neighbours.last_readings[device] = "2026-06-13T08:00:00+01:00"

    async with world.client(world.tech) as client:
        mine = (await client.get("/api/devices")).json()["items"]
    async with world.client(world.other_ccm) as client:
        theirs = (await client.get("/api/devices")).json()["items"]

    assert [(d["label"], d["participant"]) for d in mine] == [("BP-0917", person["id"])]
    assert datetime.fromisoformat(mine[0]["last_reading_at"]) == datetime(2026, 6, 13, 8, tzinfo=NOW.tzinfo)
    assert theirs == []


@pytest.mark.parametrize("question", [{"device_id": "1", "at": NOW.isoformat()}, {"at": "2026-06-14T09:00"}])
async def test_a_question_about_no_device_or_a_time_without_offset_is_refused(world, question):
    async with world.client() as component:
        answer = await component.post("/internal/devices/owners", json=[question])

    assert answer.status_code == 422


def test_an_instant_needs_an_offset():
    with pytest.raises(ValueError, match="timezone"):
        DeviceAt(device_id="5f3bbd0c-8d5c-7b7e-8000-000000000000", at=datetime(2026, 6, 14))  # noqa: DTZ001
