"""Finding participants: search, filters, order, pages, and what is merged from the neighbours."""

from datetime import datetime, timedelta

import pytest

from smartbear.contracts.decisions import DayMark, Standing
from tests.conftest import NOW


def _standing(state="optimal", level=None, *, seen=False, hours=1):
    alert = {
        "id": "n-1",
        "kind": "red_alert" if level == "red" else "repeat_asked",
        "level": level,
        "raised_at": NOW.isoformat(),
        "acknowledged_at": NOW.isoformat() if seen else None,
    }
    return {
        "state": state,
        "measure": "blood_pressure",
        "since": NOW.isoformat(),
        "last_reading_at": (NOW - timedelta(hours=hours)).isoformat(),
        "alert": alert if level else None,
        "week": [{"date": "2026-06-14", "state": state}],
    }


async def _get(world, scope, path="/api/participants", **params):
    async with world.client(scope) as client:
        return await client.get(path, params=params)


async def _ids(world, **params):
    return [item["id"] for item in (await _get(world, world.ccm, **params)).json()["items"]]


@pytest.fixture
async def five(world):
    """Calm; unknown; a little high; very high with a seen alert; very high with a new one."""
    people = [await world.enrol(birth_month=f"194{n}-05", phone=f"+351 555 00{n}") for n in range(5)]
    standings = [
        _standing(),
        None,
        _standing("threshold", hours=5),
        _standing("extreme", "red", seen=True),
        _standing("extreme", "red", hours=2),
    ]
    for person, standing in zip(people, standings, strict=True):
        if standing:
            world.neighbours.standings[person["subject"]] = standing
    return people


async def test_who_needs_a_person_now_comes_first(world, five):
    calm, unknown, little, seen, new = (person["id"] for person in five)

    assert await _ids(world) == [new, seen, little, unknown, calm]
    assert await _ids(world, order="desc") == [calm, unknown, little, seen, new]


async def test_a_participant_is_listed_with_the_standing_decisions_gave(world, five):
    page = (await _get(world, world.ccm)).json()

    standings = {item["id"]: item["standing"] for item in page["items"]}
    assert standings[five[1]["id"]] is None
    shown = Standing.model_validate(standings[five[2]["id"]])
    assert (shown.state, shown.measure) == ("threshold", "blood_pressure")
    assert shown.week == (DayMark(date="2026-06-14", state="threshold"),)


async def test_counts_are_of_all_that_match_but_for_the_filter_by_state(world, five):
    page = (await _get(world, world.ccm, state="extreme", size=1)).json()

    assert page["counts"] == {"optimal": 1, "threshold": 1, "extreme": 2, "unknown": 1}
    assert (page["total"], len(page["items"]), page["page"], page["size"]) == (2, 1, 1, 1)


@pytest.mark.parametrize(
    ("params", "order"),
    [
        ({"sort": "id"}, [0, 1, 2, 3, 4]),
        ({"sort": "id", "order": "desc"}, [4, 3, 2, 1, 0]),
        ({"sort": "age"}, [4, 3, 2, 1, 0]),
        ({"sort": "last_reading"}, [1, 2, 4, 0, 3]),
        ({"sort": "id", "size": 2, "page": 2}, [2, 3]),
        ({"sort": "id", "size": 2, "page": 9}, []),
        ({"state": "unknown"}, [1]),
        ({"search": "555 003"}, [3]),
        ({"search": "%"}, []),
        ({"search": "' OR 1=1 --"}, []),
        ({"status": "withdrawn"}, []),
    ],
)
async def test_the_server_sorts_searches_filters_and_pages(world, five, params, order):
    assert await _ids(world, **params) == [five[index]["id"] for index in order]


async def test_search_finds_parts_of_ids_and_addresses_whatever_the_case(world):
    person = await world.enrol(email="Somebody.Else@example.org")

    assert await _ids(world, search="SOMEBODY.else") == [person["id"]]
    assert await _ids(world, search=person["id"].lower()) == [person["id"]]


async def test_status_and_profile_narrow_the_list_and_profiles_are_counted(world):
    heart = await world.enrol(profiles=["cardiovascular", "frailty"])
    frail = await world.enrol(profiles=["frailty"])
    await world.enrol(world.other_ccm, profiles=["frailty"])
    async with world.client(world.ccm) as client:
        await client.patch(f"/api/participants/{frail['id']}", json={"status": "accepted"})

    assert await _ids(world, profile="cardiovascular") == [heart["id"]]
    assert await _ids(world, status="accepted") == [frail["id"]]
    counts = (await _get(world, world.ccm, "/api/profiles")).json()
    assert counts == {"counts": {"cardiovascular": 1, "frailty": 2}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "1e9"),
        ("size", "201"),
        ("sort", "email"),
        ("state", "angry"),
        ("search", "a\x00b"),
        ("search", "x" * 101),
    ],
)
async def test_a_query_nobody_can_mean_is_refused_by_name(world, name, value):
    answer = await _get(world, world.ccm, **{name: value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == name
    assert value not in answer.text or value == "0"


async def test_a_participants_page_shows_conditions_devices_and_when_they_were_last_heard_of(world):
    person = await world.enrol(phone="+351 1", external_email="outside@example.org")
    conditions = [{"code": "38341003", "display": "Hypertension"}]
    world.neighbours.conditions[person["subject"]] = conditions
    async with world.client(world.ccm) as client:
        path = f"/api/participants/{person['id']}"
        form = {"label": "BP-1", "category": "blood_pressure"}
        device = (await client.post(f"{path}/devices", json=form)).json()["id"]
        world.neighbours.last_readings[device] = "2026-06-14T08:00:00+01:00"
        page = (await client.get(path)).json()

    assert [(c["code"], c["display"]) for c in page["conditions"]] == [("38341003", "Hypertension")]
    assert page["contact"]["phone"] == "+351 1"
    assert page["external_email"] == "outside@example.org"
    heard = datetime.fromisoformat(page["devices"][0]["last_reading_at"])
    assert heard == datetime(2026, 6, 14, 8, tzinfo=NOW.tzinfo)


async def test_silent_neighbours_leave_gaps_and_no_errors(world, five):
    world.neighbours.silent = True

    listed = (await _get(world, world.ccm)).json()
    page = (await _get(world, world.ccm, f"/api/participants/{five[3]['id']}")).json()

    assert [item["standing"] for item in listed["items"]] == [None] * 5
    assert listed["counts"]["unknown"] == 5
    assert (page["standing"], page["conditions"]) == (None, [])
