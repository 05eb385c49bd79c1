from datetime import timedelta
from importlib.resources import files

import pytest

from smartbear.contracts.readings import MEASURES
from smartbear.contracts.scope import SYSTEM, AccessScope
from smartbear.decisions.model.limits import Limit, defaults
from tests.conftest import NOW
from tests.decisions.conftest import minutes, pressure, uid

TEXT = (files("smartbear.decisions") / "rules/limits-v1.toml").read_text(encoding="utf-8")
HIGHER = {
    "measure": "blood_pressure",
    "component": "systolic",
    "unit": "mm[Hg]",
    "optimal": {"low": 110, "high": 150},
    "extreme": {"low": 95, "high": 160},
    "red": {"low": 85, "high": 190},
}


async def limits(world, scope=None):
    async with world.client(scope or world.ccm) as client:
        return await client.get("/api/decisions/limits", params={"subject": world.subject})


async def put(world, scope=None, **fields):
    async with world.client(scope or world.ccm) as client:
        return await client.put("/api/decisions/limits", json={**HIGHER, "subject": world.subject, **fields})


def systolic(answer):
    return next(limit for limit in answer.json()["measures"] if limit["component"] == "systolic")


async def test_a_person_has_the_platforms_limits_until_somebody_sets_others(world):
    limit = systolic(await limits(world))
    assert limit["optimal"] == {"low": 125, "high": 134}
    assert limit["extreme"] == {"low": 90, "high": 140}
    assert limit["red"] == {"low": 90, "high": 180}
    assert limit["since"] is limit["set_by"] is None


async def test_a_case_manager_sets_a_limit_from_now_on(world):
    scope = world.ccm
    answer = await put(world, scope)
    assert answer.status_code == 200, answer.text
    limit = systolic(await limits(world, world.participant))
    assert (limit["extreme"], limit["set_by"]) == ({"low": 95, "high": 160}, scope.account)
    assert limit["since"] == "2026-06-14T08:02:00+00:00"


async def test_what_was_measured_before_keeps_the_limit_of_its_time(world):
    world.clock.advance(minutes(5))
    await put(world)
    await world.accept(pressure(150, 80, NOW))
    assert await world.kinds() == ["repeat_asked"]
    world.clock.advance(timedelta(hours=1))
    await world.measure(150, 80)
    assert await world.kinds() == ["repeat_asked"]


async def test_the_red_floor_can_be_set_for_a_person(world):
    await put(world)
    for _ in range(2):
        await world.measure(185, 80)
        world.clock.advance(minutes(3))
    assert await world.kinds() == ["repeat_asked", "reading_out_of_range"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"optimal": {"low": 150, "high": 110}}, "optimal"),
        ({"optimal": {"low": 90, "high": 150}}, ""),
        ({"red": {"low": 100, "high": 190}}, ""),
        ({"extreme": {"low": "low", "high": 160}}, "extreme.low"),
        ({"extreme": None}, "extreme"),
        ({"measure": "mood", "component": None}, "measure"),
        ({"component": "left"}, "component"),
        ({"unit": "kPa"}, "unit"),
        ({"subject": "SB-0001"}, "subject"),
        ({"set_by": "somebody else"}, "set_by"),
    ],
)
async def test_a_limit_that_makes_no_sense_is_refused_by_its_field(world, fields, path):
    answer = await put(world, **fields)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path
    assert systolic(await limits(world))["since"] is None


async def test_a_number_that_is_none_is_refused(world):
    body = b'{"subject":"%s","optimal":{"low":NaN,"high":Infinity}}' % world.subject.encode()
    async with world.client(world.ccm) as client:
        answer = await client.put("/api/decisions/limits", content=body)
    assert answer.status_code in (400, 422)


async def test_limits_and_episodes_are_for_the_own_organisation_and_the_person(world):
    stranger = AccessScope(role="CCM", account=uid(), organisations=(uid(),))
    for path in ("limits", "episodes"):
        async with world.client(stranger) as client:
            known = await client.get(f"/api/decisions/{path}", params={"subject": world.subject})
            unknown = await client.get(f"/api/decisions/{path}", params={"subject": uid()})
        assert known.status_code == unknown.status_code == 404
        assert known.content == unknown.content
        async with world.client(world.participant) as client:
            assert (await client.get(f"/api/decisions/{path}")).status_code == 200
    assert (await put(world, stranger)).status_code == 404


async def test_nobody_else_sees_or_sets_limits(world):
    for role in ("Tech", "Auditor", "SysAdmin", "DataScientist", "PolicyMaker", "Caregiver"):
        scope = AccessScope(role=role, account=uid(), organisations=(world.organisation,))
        assert (await limits(world, scope)).status_code == 403
        assert (await put(world, scope)).status_code == 403
    assert (await put(world, world.participant)).status_code == 403
    machine = AccessScope(role=SYSTEM, client="holobalance", scopes=("system/*.*",))
    assert (await limits(world, machine)).status_code == 200
    assert (await put(world, machine)).status_code == 403


async def test_staff_must_say_whom_they_mean(world):
    async with world.client(world.ccm) as client:
        for path in ("limits", "episodes"):
            assert (await client.get(f"/api/decisions/{path}")).status_code == 422


async def test_episodes_are_narrowed_by_time(world):
    await world.measure(200, 130)
    world.clock.advance(timedelta(days=1))
    await world.measure(200, 130)
    since = (NOW + timedelta(hours=1)).isoformat()
    async with world.client(world.ccm) as client:
        answer = await client.get("/api/decisions/episodes", params={"subject": world.subject, "from": since})
    (episode,) = answer.json()["items"]
    assert episode["opened_at"] == "2026-06-15T08:02:00+00:00"
    assert episode["rule"]["title"].startswith("Extreme blood pressure")


def test_the_platforms_limits_are_about_measures_it_knows():
    assert {limit.measure for limit in defaults(TEXT)} <= set(MEASURES.values())


def test_a_value_on_an_edge_belongs_to_the_better_side_but_at_the_red_floor():
    limit = Limit.model_validate(HIGHER)
    states = [limit.state(value) for value in (110, 150, 151, 160, 161, 95, 94)]
    assert states == ["optimal", "optimal", "threshold", "threshold", "extreme", "threshold", "extreme"]
