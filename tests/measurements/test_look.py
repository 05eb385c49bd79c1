from datetime import timedelta

import pytest

from smartbear.contracts.scope import AccessScope
from tests.conftest import NOW
from tests.measurements.conftest import (
    HOLOBALANCE,
    LONG_AGO,
    MORNING,
    Person,
    paths,
    pressure,
    pulse,
    send,
    stored,
    uid,
)


async def get(world, scope, path, **query):
    async with world.client(scope) as client:
        return await client.get(f"/api/measurements{path}", params=query)


async def test_pages_hold_every_reading_once_newest_first(world):
    same = [pulse(60 + n, at=MORNING) for n in range(5)]
    older = [pressure(at=MORNING - timedelta(minutes=n)) for n in range(1, 6)]
    await send(world, world.ana, *same, *older)
    seen, path = [], "/api/measurements?limit=3"
    async with world.client(world.ana.scope) as client:
        while path:
            body = (await client.get(path)).json()
            assert len(body["items"]) <= 3
            seen += body["items"]
            path = body["next"]
    assert len({item["reading_id"] for item in seen}) == len(seen) == 10
    assert [item["measured_at"] for item in seen] == sorted(
        (item["measured_at"] for item in seen), reverse=True
    )


async def test_a_list_is_narrowed_by_code_and_time(world):
    await send(world, world.ana, *(pulse(60 + n, at=MORNING - timedelta(hours=n)) for n in range(4)))
    await send(world, world.ana, pressure())
    since, until = MORNING - timedelta(hours=2), MORNING
    found = await stored(
        world, world.ana, code="8867-4", **{"from": since.isoformat(), "to": until.isoformat()}
    )
    assert [item["value"] for item in found] == [61, 62]  # from is included, to is not


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"from": "yesterday"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"after": "nonsense"},
        {"after": "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCB4"},
        {"subject": "SB-0001"},
    ],
)
async def test_a_query_that_means_nothing_is_refused_by_its_field(world, query):
    answer = await get(world, world.ana.scope, "", **query)
    assert answer.status_code in (400, 422)
    assert paths(answer)[0][0] == next(iter(query))


async def test_a_case_manager_sees_the_own_organisation_and_nobody_else(world):
    await send(world, world.ana, pressure())
    for path in ("", "/summary"):
        own = await get(world, world.ana.ccm, path, subject=world.ana.subject)
        other = await get(world, world.rui.ccm, path, subject=world.ana.subject)
        nobody = await get(world, world.rui.ccm, path, subject=uid())
        assert own.status_code == 200
        assert other.status_code == nobody.status_code == 404
        assert other.content == nobody.content


async def test_a_participant_sees_no_one_else(world):
    answer = await get(world, world.ana.scope, "", subject=world.rui.subject)
    assert answer.status_code == 404


async def test_a_case_manager_follows_a_participant_who_moves(world):
    moved = Person(world.rui.organisation, world.ana.subject, world.ana.device)
    await world.enrol(moved)
    assert (await get(world, world.rui.ccm, "", subject=world.ana.subject)).status_code == 200
    assert (await get(world, world.ana.ccm, "", subject=world.ana.subject)).status_code == 404


async def test_a_system_client_sees_everybody(world):
    await send(world, world.ana, pressure())
    answer = await get(world, HOLOBALANCE, "", subject=world.ana.subject)
    assert len(answer.json()["items"]) == 1


async def test_values_are_for_nobody_else(world):
    for role in ("Tech", "Auditor", "SysAdmin", "DataScientist", "PolicyMaker", "Caregiver", "system"):
        scope = AccessScope(role=role, account=uid(), organisations=(world.ana.organisation,))
        for path in ("", "/summary"):
            assert (await get(world, scope, path, subject=world.ana.subject)).status_code == 403, role


async def test_staff_must_say_whose_readings_they_want(world):
    assert paths(await get(world, world.ana.ccm, "")) == [("subject", "missing")]


async def test_a_summary_has_every_measure_with_its_newest_reading(world):
    await send(world, world.ana, pressure(), pressure(150, 90, at=MORNING - timedelta(days=1)))
    measures = (await get(world, world.ana.scope, "/summary")).json()["measures"]
    by_name = {measure["measure"]: measure for measure in measures}
    assert set(by_name) == {
        "blood_pressure",
        "heart_rate",
        "oxygen",
        "temperature",
        "weight",
        "steps",
        "sleep",
    }
    assert by_name["blood_pressure"]["latest"]["components"][0]["value"] == 128
    assert [(p["value"], p["value2"]) for p in by_name["blood_pressure"]["series"]] == [(150, 90), (128, 76)]
    assert by_name["weight"] == {"measure": "weight", "code": "29463-7", "latest": None, "series": []}


async def test_the_newest_reading_is_shown_however_old_it_is(world):
    await send(world, world.ana, pulse(64, at=MORNING - timedelta(days=30)))
    measures = (await get(world, world.ana.scope, "/summary", days=14)).json()["measures"]
    pulse_tile = next(measure for measure in measures if measure["measure"] == "heart_rate")
    assert pulse_tile["latest"]["value"] == 64
    assert pulse_tile["series"] == []


async def test_a_day_of_pulses_becomes_its_mean_a_day_of_steps_its_largest_total(world):
    watch = Person(world.ana.organisation, world.ana.subject)
    await world.hand(watch, LONG_AGO, category="smartwatch")
    steps = {"code": "41950-7", "unit": "{steps}"}
    await send(world, watch, pulse(60, at=MORNING), pulse(71, at=MORNING - timedelta(hours=1)))
    await send(world, watch, pulse(900, **steps), pulse(400, at=MORNING - timedelta(hours=1), **steps))
    assert await points(world, "heart_rate") == [65.5]
    assert await points(world, "steps") == [900]


async def test_minutes_and_hours_of_sleep_are_added_up_in_hours(world):
    watch = Person(world.ana.organisation, world.ana.subject)
    await world.hand(watch, LONG_AGO, category="sleep")
    night, nap = pulse(390, code="93832-4", unit="min"), pulse(0.5, code="93832-4", unit="h")
    await send(world, watch, night, nap)
    assert await points(world, "sleep") == [7]


async def test_a_day_is_the_devices_own_day(world):
    late, early = "2026-06-12T23:50:00+09:00", "2026-06-13T00:10:00+09:00"
    await send(world, world.ana, pulse(60, measured_at=late), pulse(80, measured_at=early))
    assert await points(world, "heart_rate") == [60, 80]


async def points(world, name):
    measures = (await get(world, world.ana.scope, "/summary")).json()["measures"]
    series = next(measure["series"] for measure in measures if measure["measure"] == name)
    return [point["value"] for point in series]


async def test_arrivals_are_the_share_of_people_heard_from(world):
    eva = Person(world.ana.organisation)
    await world.enrol(eva)
    await world.hand(eva, LONG_AGO)
    await send(world, world.ana, pressure(), pressure(at=MORNING - timedelta(days=1)))
    await send(world, eva, pressure())
    body = (await get(world, world.ana.tech, "/arrivals", days=3)).json()
    assert body["days"] == ["2026-06-12", "2026-06-13", "2026-06-14"]
    assert body["rows"] == [{"category": "blood_pressure", "shares": [0.0, 0.5, 1.0]}]
    assert body["total_readings"] == 3


async def test_nothing_is_expected_before_somebody_had_a_device(world):
    world.ana = Person(uid())
    await world.enrol(world.ana)
    await world.hand(world.ana, NOW - timedelta(days=1))
    body = (await get(world, world.ana.ccm, "/arrivals", days=3)).json()
    assert body["rows"] == [{"category": "blood_pressure", "shares": [None, 0.0, 0.0]}]


async def test_arrivals_count_the_own_organisation_only(world):
    await send(world, world.ana, pressure())
    assert (await get(world, world.rui.ccm, "/arrivals", days=1)).json()["total_readings"] == 0


async def test_a_device_returned_and_told_of_twice_stays_returned(world):
    await world.hand(world.ana, LONG_AGO, NOW - timedelta(days=5))
    await world.hand(world.ana, LONG_AGO)  # the first event, delivered late
    body = (await get(world, world.ana.ccm, "/arrivals", days=1)).json()
    assert body["rows"] == []


async def test_only_components_may_ask_for_last_readings(world):
    for scope in (world.ana.ccm, world.ana.scope, HOLOBALANCE):
        async with world.client(scope) as client:
            answer = await client.post("/internal/devices/last-readings", json={"device_ids": []})
        assert answer.status_code == 403
