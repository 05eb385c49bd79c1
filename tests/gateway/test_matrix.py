"""The matrix of role, route and organisation: the running platform answers what ``matrix.txt`` says."""

import contextlib
import re

import asyncpg
import pytest

from smartbear.contracts import audit
from smartbear.gateway.model.table import find
from tests.conftest import eventually
from tests.gateway.declared import declared
from tests.gateway.matrix import CALLERS, FILE, depends, prepared
from tests.gateway.test_table import REFUSED
from tests.whole import whole

_RATES = {"PERSON", "ALARM", "MESSAGE", "MACHINE", "CLIENT", "ADDRESS", "SIGN_IN"}


@pytest.fixture(scope="module")
async def world(postgres_url):
    with pytest.MonkeyPatch.context() as patch:
        for kind in _RATES:
            patch.setenv(f"SMARTBEAR_GATEWAY_{kind}_RATE", "1000000")
        patch.setenv("SMARTBEAR_NOTIFICATIONS_SMTP_HOST", "127.0.0.1")
        async with whole(postgres_url) as platform:
            yield await prepared(platform)


def said():
    """Route → caller → what is expected, as the file has it."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    head, *rows = [re.split(r"  +", line.strip()) for line in lines]
    assert head[1:] == list(CALLERS)
    return {route: dict(zip(head[1:], cells, strict=True)) for route, *cells in rows}


def offered(platform):
    """Every route of every component that needs a token, and none that is refused on purpose."""
    found = set()
    for name, app in platform.running.apps.items():
        for method, path in declared(app._own if name == "gateway" else app):
            row = None if path.startswith(tuple(REFUSED)) else find(path)
            if row and row.roles is not None and method in row.methods - {"HEAD", "WEBSOCKET"}:
                found.add(f"{method} {path}")
    return found


async def told(world, route, who):
    """What the caller is told of the own, and where that may differ, of what is the other organisation's."""
    own = await world.ask(who, route, "north")
    if not depends(route):
        return str(own.status_code)
    other, nobody = [await world.ask(who, route, whose) for whose in ("south", "nobody")]
    if other.status_code >= 400:
        assert (other.status_code, code(other)) == (nobody.status_code, code(nobody)), (route, who)
    return f"{own.status_code} {other.status_code}"


def code(answer):
    """What kind of refusal it is."""
    try:
        body = answer.json()
    except ValueError:
        return answer.text
    return [issue["code"] for issue in body["issue"]] if "issue" in body else body.get("code")


async def recorded(world):
    """Request id → status of the event it left; the last one's, if there are several."""
    connection = await asyncpg.connect(world.platform.url)
    events = [audit.read(row["record"]) for row in await connection.fetch("SELECT record FROM audit.event")]
    await connection.close()
    return {event.request: event.status for event in events}


async def test_every_route_has_its_line(world):
    assert set(said()) == offered(world.platform)


@pytest.mark.parametrize("column", CALLERS)
async def test_a_caller_is_told_what_the_matrix_says(world, column):
    wrong = {}
    for route, cells in sorted(said().items(), key=lambda line: line[0].startswith("DELETE")):
        answered = await told(world, route, CALLERS[column])
        if answered != cells[column]:
            wrong[route] = f"{answered} instead of {cells[column]}"
    assert wrong == {}


async def test_whoever_is_known_has_left_an_event_whatever_the_answer(world):
    for route in said():
        for who in ("ccm_north", "person_north", "auditor", "system", "holobalance"):
            await world.ask(who, route, "nobody")

    async def missing():
        known = await recorded(world)
        asked = world.asked.items()
        return {one for key, one in asked if one[0] and one[2] != 401 and key not in known}

    async def is_complete():
        return await missing() == set()

    with contextlib.suppress(AssertionError):
        await eventually(is_complete)
    assert await missing() == set()
