"""A component that fails is left alone, and tried again; one that takes too long is not waited for."""

import asyncio
from dataclasses import replace

import pytest
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway import app as gateway_app
from smartbear.gateway.model import table
from smartbear.gateway.model.circuit import Circuit
from smartbear.kit import telemetry
from tests.conftest import plain_client, test_key
from tests.gateway.conftest import component


def failed(circuit, times, now):
    for _ in range(times):
        circuit.failed(now)


def test_a_circuit_opens_after_five_failures_one_after_another():
    circuit = Circuit()
    failed(circuit, 4, 0.0)
    circuit.succeeded()
    failed(circuit, 4, 1.0)
    assert (circuit.is_open, circuit.wait(1.0)) == (False, 0.0)
    circuit.failed(1.0)
    assert (circuit.is_open, circuit.wait(1.5)) == (True, 1.5)


def test_an_open_circuit_lets_one_probe_through_and_closes_on_a_good_answer():
    circuit = Circuit()
    failed(circuit, 5, 0.0)
    assert [circuit.wait(2.0), circuit.wait(2.0)] == [0.0, 2.0]
    circuit.succeeded()
    assert [circuit.wait(2.1), circuit.wait(2.1)] == [0.0, 0.0]
    failed(circuit, 4, 3.0)
    assert not circuit.is_open


def test_the_pause_doubles_with_each_probe_that_fails_up_to_half_a_minute():
    circuit, now, pauses = Circuit(), 0.0, []
    failed(circuit, 5, now)
    for _ in range(6):
        pauses.append(circuit.wait(now))
        now += pauses[-1]
        assert circuit.wait(now) == 0.0
        circuit.failed(now)
    assert pauses == [2, 4, 8, 16, 30, 30]


def test_requests_that_began_before_it_opened_do_not_make_the_pause_longer():
    circuit = Circuit()
    failed(circuit, 40, 0.0)
    assert circuit.wait(0.0) == 2.0


def test_a_probe_that_never_ends_is_followed_by_another():
    circuit = Circuit()
    failed(circuit, 5, 0.0)
    assert [circuit.wait(2.0), circuit.wait(3.0), circuit.wait(4.0)] == [0.0, 1.0, 0.0]


async def fail(_request):
    raise RuntimeError


async def busy(_request):
    return JSONResponse({}, 503, {"retry-after": "7"})


async def stuck(_request):
    await asyncio.Event().wait()


async def long(_request):
    async def pieces():
        for _ in range(3):
            await asyncio.sleep(0.05)
            yield b"x"

    return StreamingResponse(pieces())


class Moments:
    """A monotonic clock that a test moves."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
async def door(make_context, neighbours, clock, monkeypatch):
    """A front door whose ``users`` has bad days, and its circuits' clock; it waits a tenth of a second."""
    routes = [Route(f"/api/me/{each.__name__}", each) for each in (fail, busy, stuck, long)]
    neighbours["users"] = ScopeMiddleware(component(*routes), test_key("scope"), clock)
    monkeypatch.setitem(table._BY_PATH, "/api/me", replace(table.find("/api/me"), timeout=0.1))
    async with (
        make_context("gateway", neighbours) as context,
        gateway_app.serve(context) as app,
        plain_client(app) as http,
    ):
        moments = Moments()
        for breaker in app._onward._breakers.values():
            breaker._now = moments
        yield http, moments


def circuits_open(name):
    return telemetry.CIRCUITS_OPEN.labels(name)._value.get()


async def test_a_component_that_fails_is_left_alone_and_others_are_not(door, bearer):
    http, moments = door
    codes = [(await http.get("/api/me/fail", headers=bearer())).status_code for _ in range(7)]
    assert codes == [500] * 5 + [503] * 2
    refused = await http.get("/api/me/long", headers=bearer())
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("unavailable", "2")
    assert circuits_open("users") == 1
    assert (await http.get("/api/inbox", headers=bearer())).status_code == 200
    moments.now = 2.0
    assert (await http.get("/api/me/long", headers=bearer())).status_code == 200
    assert (await http.get("/api/me", headers=bearer())).status_code == 200
    assert circuits_open("users") == 0


async def test_a_component_that_takes_too_long_is_not_waited_for(door, bearer):
    http, _ = door
    answer = await http.get("/api/me/stuck", headers=bearer())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    whole = await http.get("/api/me/long", headers=bearer())
    assert (whole.status_code, whole.text) == (200, "xxx")  # it had begun in time


async def test_a_component_that_says_it_is_busy_is_believed_and_asked_again(door, bearer):
    http, _ = door
    for _ in range(10):
        answer = await http.get("/api/me/busy", headers=bearer())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


async def test_what_a_caller_does_wrong_is_no_fault_of_the_component(door, bearer):
    http, _ = door
    for _ in range(10):
        answer = await http.post("/api/participants", headers=bearer(), content=b"x" * 100_000)
        assert answer.status_code == 413
    assert (await http.get("/api/participants", headers=bearer())).status_code == 200


@pytest.mark.parametrize("path", ["/api/participants", "/fhir/Observation", "/api/pseudonyms/questions"])
async def test_callers_whose_bodies_do_not_come_take_the_component_from_nobody(
    door, bearer, monkeypatch, path
):
    async def slow():
        yield b"{"
        await asyncio.Event().wait()

    http, _ = door
    monkeypatch.setitem(table._BY_PATH, table.find(path).path, replace(table.find(path), timeout=0.3))
    asked = (http.post(path, headers=bearer(), content=slow()) for _ in range(6))
    answers = await asyncio.gather(*asked)
    assert [(answer.status_code, "timeout" in answer.text) for answer in answers] == [(408, True)] * 6
    assert (await http.post(path, headers=bearer(), content=b"{}")).status_code in (200, 400)


async def test_a_component_elsewhere_that_cannot_be_reached_is_left_alone(make_context, neighbours, bearer):
    del neighbours["users"]
    urls = {"users": "http://127.0.0.1:1"}
    async with make_context("gateway", neighbours) as context:
        settings = context.settings.model_copy(update={"component_urls": urls})
        async with (
            gateway_app.serve(replace(context, settings=settings)) as app,
            plain_client(app) as http,
        ):
            for _ in range(6):
                answer = await http.get("/api/participants", headers=bearer())
                assert answer.status_code == 503
            assert app._onward._breakers["users"].wait() > 0
