"""A process with too much to do sends requests away by class, alarms last."""

import asyncio
import time

import pytest
from starlette.responses import JSONResponse
from starlette.routing import Route

from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway import app as gateway_app
from smartbear.gateway.actions.lag import watch
from smartbear.gateway.model import rates
from smartbear.gateway.model.pressure import Pressure
from smartbear.kit.errors import Unavailable
from tests.conftest import eventually, plain_client, test_key
from tests.gateway.conftest import component

ORDER = ["bulk", "records", "pages", "messages", "sign-in", "readings", "alarms"]
CLASSES = {each.name: each for each in vars(rates).values() if isinstance(each, rates.Rate)}


def is_admitted(pressure, rate):
    try:
        pressure.admit(rate)
    except Unavailable:
        return False
    return True


def admitted(pressure):
    return {name for name, rate in CLASSES.items() if is_admitted(pressure, rate)}


def test_as_a_process_fills_classes_go_one_after_another_and_alarms_last():
    pressure, gone = Pressure(most=100), []
    for pressure.waiting in range(102):
        gone += [name for name in ORDER if name not in gone and name not in admitted(pressure)]
    assert gone == ORDER
    assert admitted(pressure) == {"health"}


def test_a_process_that_comes_late_for_long_counts_as_full_and_one_long_computation_does_not():
    pressure = Pressure(most=100, latest=2.0)
    pressure.look(1.5)
    assert "bulk" in admitted(pressure)
    for _ in range(30):
        pressure.look(2.1)
    assert admitted(pressure) == {"health"}
    for _ in range(10):
        pressure.look(0.0)
    assert admitted(pressure) == set(CLASSES)


async def test_the_lag_of_the_event_loop_is_noticed(monkeypatch):
    looks = []

    class Noticed(Pressure):
        def look(self, late):
            looks.append(late)

    monkeypatch.setattr("smartbear.gateway.actions.lag._EVERY", 0.001)
    watching = asyncio.create_task(watch(Noticed(most=100)))
    await asyncio.sleep(0.005)
    time.sleep(0.05)  # noqa: ASYNC251 - this is what a process does that comes late
    await eventually(lambda: max(looks) > 0.03)
    watching.cancel()


@pytest.fixture
async def small(make_context, neighbours, clock, monkeypatch):
    """A front door that takes on ten requests, a component that keeps them waiting, and how to end that."""
    done = asyncio.Event()

    async def slow(_request):
        await done.wait()
        return JSONResponse({})

    monkeypatch.setenv("SMARTBEAR_GATEWAY_MOST_WAITING", "10")
    waiting = component(Route("/api/me/slow", slow))
    neighbours["users"] = ScopeMiddleware(waiting, test_key("scope"), clock)
    async with (
        make_context("gateway", neighbours) as context,
        gateway_app.serve(context) as app,
        plain_client(app) as http,
    ):
        yield http, app, done


async def test_under_load_a_case_managers_pages_wait_and_the_inbox_does_not(small, bearer):
    http, app, done = small
    slow = [asyncio.create_task(http.get("/api/me/slow", headers=bearer())) for _ in range(7)]
    await eventually(lambda: app._guards.pressure.waiting == 7)
    for path in ("/api/me", "/fhir/Patient", "/"):
        refused = await http.get(path, headers=bearer())
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5"), path
    refused = await http.get("/fhir/Patient", headers=bearer())
    assert refused.json()["resourceType"] == "OperationOutcome"
    for path in ("/api/inbox", "/api/decisions/episodes", "/api/measurements", "/realms/smartbear/x"):
        assert (await http.get(path, headers=bearer())).status_code == 200, path
    assert (await http.get("/health/live")).status_code == 200
    done.set()
    assert {answer.status_code for answer in await asyncio.gather(*slow)} == {200}
    assert app._guards.pressure.waiting == 0
    assert (await http.get("/api/me", headers=bearer())).status_code == 200
