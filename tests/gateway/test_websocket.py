import json
from dataclasses import replace

import msgspec
import pytest
import websockets
from starlette.websockets import WebSocket

from smartbear.contracts.scope import ScopeMiddleware, scope_of
from smartbear.gateway import app as gateway_app
from smartbear.kit.serving import listen, serving
from tests.conftest import test_key


async def tell(scope, receive, send):
    """A component that tells of the scope it was given, and then repeats what it hears."""
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    headers = sorted(name.decode() for name, _ in scope["headers"])
    await socket.send_json({"scope": msgspec.to_builtins(scope_of(socket)), "headers": headers})
    async for text in socket.iter_text():
        await socket.send_text(text)


@pytest.fixture
async def connect(make_context, neighbours, clock):
    neighbours["cdr"] = ScopeMiddleware(tell, test_key("scope"), clock)
    listener = listen("127.0.0.1", 0)
    place = f"ws://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        make_context("gateway", neighbours) as context,
        gateway_app.serve(context) as app,
        serving(app, listener),
    ):
        yield lambda path, headers, **more: websockets.connect(
            place + path, additional_headers=headers, proxy=None, **more
        )


@pytest.fixture
async def connect_apart(make_context, neighbours, clock):
    """The same with the component behind a socket of its own, as a split deployment has it."""
    del neighbours["cdr"]
    component, front = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    urls = {"cdr": f"http://127.0.0.1:{component.getsockname()[1]}"}
    place = f"ws://127.0.0.1:{front.getsockname()[1]}"
    async with make_context("gateway", neighbours) as context:
        settings = context.settings.model_copy(update={"component_urls": urls})
        async with (
            gateway_app.serve(replace(context, settings=settings)) as app,
            serving(app, front),
        ):
            yield (
                lambda headers, **more: websockets.connect(
                    f"{place}/fhir/websocket", additional_headers=headers, proxy=None, **more
                ),
                serving(ScopeMiddleware(tell, test_key("scope"), clock), component),
            )


async def test_a_websocket_is_relayed_to_a_component_that_runs_elsewhere(connect_apart, bearer):
    connect, component = connect_apart
    async with component, connect(bearer()) as socket:
        assert json.loads(await socket.recv())["scope"]["role"] == "CCM"
        await socket.send("bind x")
        assert await socket.recv() == "bind x"
    with pytest.raises(websockets.InvalidStatus):
        await connect(bearer())


async def test_a_websocket_comes_in_with_the_scope_of_its_token_and_without_the_token(connect, bearer):
    forged = {"x-smartbear-scope": "forged"}
    async with connect("/fhir/websocket", bearer() | forged) as socket:
        told = json.loads(await socket.recv())
        assert told["scope"]["role"] == "CCM"
        assert told["headers"].count("x-smartbear-scope") == 1
        assert "authorization" not in told["headers"]
        await socket.send("bind x")
        assert await socket.recv() == "bind x"
        await socket.send("x" * 5000)
        with pytest.raises(websockets.ConnectionClosedError, match="1009"):
            await socket.recv()


@pytest.mark.parametrize("path", ["/fhir/websocket", "/fhir/Patient", "/api/me", "/", "/nowhere"])
async def test_a_websocket_without_a_token_or_to_another_address_does_not_come_in(connect, bearer, path):
    headers = {} if path == "/fhir/websocket" else bearer()
    with pytest.raises(websockets.InvalidStatus) as refused:
        await connect(path, headers)
    assert refused.value.response.status_code == 403


async def test_a_websocket_of_a_role_that_has_no_business_there_does_not_come_in(connect, as_role):
    with pytest.raises(websockets.InvalidStatus):
        await connect("/fhir/websocket", as_role("Tech"))


async def test_a_page_shows_its_token_as_a_subprotocol_that_goes_no_further(connect, connect_apart, bearer):
    token = bearer()["authorization"].removeprefix("Bearer ")
    offered = ["smartbear", f"smartbear.bearer.{token}"]
    near = connect
    far, component = connect_apart
    async with component:
        for opened in (near("/fhir/websocket", {}, subprotocols=offered), far({}, subprotocols=offered)):
            async with opened as socket:
                assert socket.subprotocol == "smartbear"
                told = json.loads(await socket.recv())
                assert told["scope"]["role"] == "CCM"
                assert token not in json.dumps(told)
                assert "sec-websocket-protocol" not in told["headers"]


@pytest.mark.parametrize("offered", [["smartbear"], ["smartbear", "smartbear.bearer.x"], ["bearer.x"]])
async def test_a_subprotocol_without_a_good_token_lets_nobody_in(connect, offered):
    with pytest.raises(websockets.InvalidStatus):
        await connect("/fhir/websocket", {}, subprotocols=offered)
