"""The websocket channel of subscriptions."""

import asyncio

import pytest
import websockets

from smartbear.cdr.actions.subscriptions import bindings
from smartbear.contracts.scope import HEADER, SYSTEM, AccessScope, ScopeMiddleware, sign
from smartbear.kit.serving import listen, serving
from tests.cdr.conftest import observation
from tests.conftest import test_key


@pytest.fixture
async def sockets(service, clock):
    """Opens websockets to a real server of the application."""
    listener = listen("127.0.0.1", 0)
    place = f"ws://127.0.0.1:{listener.getsockname()[1]}/fhir/websocket"

    def connect(*scopes):
        access = AccessScope(role=SYSTEM, client="tool", scopes=scopes)
        token = sign(access, test_key("scope"), clock.now()) if scopes else "none"
        return websockets.connect(place, additional_headers={HEADER: token}, proxy=None)

    async with serving(ScopeMiddleware(service.app, test_key("scope"), clock), listener):
        yield connect


async def test_a_websocket_is_pinged_for_the_subscriptions_it_is_bound_to(fhir, subscribe, sockets, working):
    made = await subscribe()
    async with working(), sockets("system/*.*") as socket:
        await socket.send(f"bind {made['id']}")
        assert await socket.recv() == f"bound {made['id']}"
        await fhir.create(observation())
        assert await asyncio.wait_for(socket.recv(), 5) == f"ping {made['id']}"


async def test_a_websocket_is_not_for_those_who_see_less_than_is_told(subscribe, sockets):
    made = await subscribe()
    async with sockets("system/Subscription.rs", "system/Patient.rs") as socket:
        await socket.send(f"bind {made['id']}")
        assert await socket.recv() == f"error {made['id']}"
        await socket.send("bind no-such-one")
        assert await socket.recv() == "error no-such-one"
        await socket.send("nonsense")
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
    with pytest.raises(websockets.InvalidStatus):
        await sockets()


async def test_a_caller_has_a_bounded_number_of_websockets(sockets, monkeypatch):
    monkeypatch.setattr(bindings, "_MOST_OF_ONE", 1)
    async with sockets("system/*.*"):
        with pytest.raises(websockets.InvalidStatus):
            await sockets("system/*.*")
    async with sockets("system/*.*") as socket:
        await socket.send("bind x")
        assert await socket.recv() == "error x"


async def test_the_statement_says_where_websockets_are(fhir):
    [rest] = (await fhir.get("metadata"))["rest"]
    [told] = [one["valueUri"] for one in rest["extension"]]
    assert told.startswith("ws")
    assert told.endswith("/fhir/websocket")
