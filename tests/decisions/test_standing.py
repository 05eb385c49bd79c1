from datetime import date, datetime, timedelta

import pytest

from smartbear.contracts.decisions import DecisionsClient
from smartbear.contracts.readings import HEART_RATE, OXYGEN, WEIGHT, Reading
from smartbear.contracts.scope import SYSTEM, AccessScope, ScopeMiddleware
from smartbear.decisions.model.standing import week
from tests.conftest import NOW
from tests.conftest import test_key as key_for
from tests.decisions.conftest import minutes, pressure, uid

UNITS = {HEART_RATE: "/min", OXYGEN: "%", WEIGHT: "kg"}


def reading(code: str, value: float, at: datetime = NOW) -> Reading:
    return Reading(
        reading_id=uid(),
        subject=uid(),
        code=code,
        value=value,
        unit=UNITS[code],
        measured_at=at,
        received_at=NOW,
        entry="device",
    )


async def standing(world):
    async with world.client() as client:
        answer = await client.post("/internal/standings", json={"subjects": [world.subject, uid()]})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {world.subject}
    return answer.json()[world.subject]


async def test_a_person_without_readings_is_not_known_and_is_expected_from_today(world):
    found = await standing(world)
    assert (found["state"], found["measure"], found["last_reading_at"]) == ("unknown", None, None)
    assert found["alert"] is None
    assert [mark["state"] for mark in found["week"]] == ["none"] * 6 + ["expected"]
    assert found["week"][-1]["date"] == "2026-06-14"


@pytest.mark.parametrize(
    ("code", "value", "state"),
    [
        (HEART_RATE, 100, "optimal"),
        (HEART_RATE, 101, "threshold"),
        (HEART_RATE, 121, "extreme"),
        (HEART_RATE, 39, "extreme"),
        (OXYGEN, 95, "optimal"),
        (OXYGEN, 94, "threshold"),
        (OXYGEN, 92, "extreme"),
        (WEIGHT, 140, "unknown"),
    ],
)
async def test_the_newest_reading_of_a_measure_decides(world, code, value, state):
    await world.accept(reading(code, 99 if code != WEIGHT else 70, NOW - minutes(5)), reading(code, value))
    found = await standing(world)
    assert found["state"] == state
    assert found["last_reading_at"] == "2026-06-14T08:02:00Z"


async def test_the_worst_measure_decides_and_is_named(world):
    await world.accept(reading(HEART_RATE, 70), reading(OXYGEN, 93), pressure(130, 75, NOW))
    found = await standing(world)
    assert (found["state"], found["measure"]) == ("threshold", "oxygen")


async def test_since_is_the_first_reading_of_the_unbroken_run(world):
    for minute, value in enumerate([70, 105, 104, 103]):
        await world.accept(reading(HEART_RATE, value, NOW + minutes(minute)))
    assert (await standing(world))["since"] == "2026-06-14T08:03:00Z"
    run = [reading(HEART_RATE, value, NOW + minutes(10 + n)) for n, value in enumerate([70, 110, 111])]
    await world.accept(*run)
    assert (await standing(world))["since"] == "2026-06-14T08:13:00Z"


async def test_an_older_reading_that_comes_later_marks_its_day_and_nothing_else(world):
    await world.accept(reading(HEART_RATE, 70))
    await world.accept(reading(HEART_RATE, 150, NOW - timedelta(days=2)))
    found = await standing(world)
    assert found["state"] == "optimal"
    assert [mark["state"] for mark in found["week"]] == ["none"] * 4 + ["extreme", "expected", "optimal"]


async def test_a_measure_not_read_for_a_week_says_nothing_any_more(world):
    await world.accept(reading(HEART_RATE, 150, NOW))
    world.clock.advance(timedelta(days=8))
    await world.accept(reading(OXYGEN, 97, world.clock.now()))
    assert (await standing(world))["state"] == "optimal"


async def test_a_redelivered_batch_changes_no_standing(world):
    batch = [reading(HEART_RATE, 70), reading(HEART_RATE, 105, NOW + minutes(1))]
    await world.accept(*batch)
    before = await standing(world)
    await world.accept(*batch)
    assert await standing(world) == before


async def test_the_most_urgent_open_notice_stands_beside_the_state(world):
    await world.measure(200, 130)
    assert (await standing(world))["alert"]["kind"] == "repeat_asked"
    world.clock.advance(minutes(5))
    await world.measure(200, 130)
    red = (await world.notices())[-1]
    alert = (await standing(world))["alert"]
    assert (alert["id"], alert["level"], alert["acknowledged_at"]) == (red["notice_id"], "red", None)
    world.clock.advance(minutes(5))
    await world.acknowledge(red)
    assert (await standing(world))["alert"]["acknowledged_at"] == "2026-06-14T08:12:00Z"
    await world.resolve(red)
    assert (await standing(world))["alert"] is None


async def test_the_client_reads_what_the_component_says(world, make_context):
    await world.accept(reading(HEART_RATE, 70))
    neighbour = ScopeMiddleware(world.app, key_for("scope"), world.clock)
    async with (
        make_context("users", neighbours={"decisions": neighbour}) as context,
        DecisionsClient(context) as client,
    ):
        found = await client.standings([world.subject])
    assert found[world.subject].state == "optimal"
    assert found[world.subject].week[-1].date == date(2026, 6, 14)


async def test_only_components_may_ask_how_people_stand(world):
    machine = AccessScope(role=SYSTEM, client="holobalance", scopes=("system/*.*",))
    for scope in (world.ccm, world.participant, machine):
        async with world.client(scope) as client:
            answer = await client.post("/internal/standings", json={"subjects": [world.subject]})
        assert answer.status_code == 403


def test_a_day_nobody_took_part_in_is_not_missed():
    today = date(2026, 6, 14)
    marks = week({today: 1}, today - timedelta(days=1), today)
    assert [mark for _, mark in marks] == ["none"] * 5 + ["expected", "optimal"]
