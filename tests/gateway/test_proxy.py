"""The front door and components elsewhere, as far as it can tell: a socket lies between."""

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import pytest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from smartbear import system
from smartbear.contracts.scope import ScopeMiddleware
from smartbear.gateway import app as gateway_app
from smartbear.kit import serving
from smartbear.kit.closing import closing_of
from smartbear.kit.http import connector
from tests.conftest import eventually, plain_client, test_key
from tests.gateway.conftest import component


@pytest.fixture
def left():
    """Streams whose reader has gone."""
    return []


@pytest.fixture
def remote(left):
    async def stream(_request):
        async def pieces():
            try:
                while True:
                    yield b"ping\n"
                    await asyncio.sleep(0.01)
            finally:
                left.append(1)

        return StreamingResponse(pieces(), media_type="text/event-stream")

    async def empty(_request):
        return Response(status_code=204)

    async def quiet(request):
        async def silence():
            closing = closing_of(request)
            try:
                await closing.wait()
                yield b""
            finally:
                left.append(1)

        return StreamingResponse(silence(), media_type="text/event-stream")

    async def broken(_request):
        async def half():
            yield b"half"
            raise ConnectionError

        return StreamingResponse(half())

    served = {"stream": stream, "empty": empty, "quiet": quiet, "broken": broken}
    return component(*(Route(f"/api/participants/{name}", endpoint) for name, endpoint in served.items()))


@pytest.fixture
async def front_door(make_context, neighbours, remote, clock):
    """A front door whose ``users`` and ``identity`` run elsewhere: its address, and how to close it."""
    neighbours["users"] = ScopeMiddleware(remote, test_key("scope"), clock)
    apart = system._by_name({name: neighbours.pop(name) for name in ("users", "identity")})
    async with AsyncExitStack() as stack:

        async def serve(app, until):
            listener = serving.listen("127.0.0.1", 0)
            await until.enter_async_context(serving.serving(app, listener))
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        address = await serve(apart, stack)
        urls = {"users": address, "identity": address}
        context = await stack.enter_async_context(make_context("gateway", neighbours))
        settings = context.settings.model_copy(update={"component_urls": urls})
        context = replace(context, settings=settings, connect=connector(neighbours.get, urls))
        app = await stack.enter_async_context(gateway_app.serve(context))
        doors = await stack.enter_async_context(AsyncExitStack())
        yield await serve(app, doors), doors.aclose


@pytest.fixture
def front(front_door):
    return front_door[0]


@pytest.fixture
async def remote_http(front):
    async with httpx.AsyncClient(base_url=front) as client:
        yield client


async def test_a_component_elsewhere_gets_the_request_as_it_came(remote_http, bearer):
    headers = bearer() | {"host": "bear.example", "accept-encoding": "identity"}
    answer = await remote_http.post("/api/participants/a%20b?x=%C3%A9", headers=headers, content=b"12345")
    told = answer.json()
    assert (told["path"], told["query"], told["bytes"]) == ("/api/participants/a b", "x=%C3%A9", 5)
    assert told["headers"]["host"] == "bear.example"
    assert told["headers"]["accept-encoding"] == "identity"
    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert told["scope"]["role"] == "CCM"


async def test_answers_without_a_body_come_through(remote_http, bearer):
    assert (await remote_http.get("/api/participants/empty", headers=bearer())).status_code == 204
    assert (await remote_http.head("/api/participants/x", headers=bearer())).status_code == 200


async def test_a_stream_arrives_piece_by_piece_and_ends_when_its_reader_leaves(remote_http, bearer, left):
    async with remote_http.stream("GET", "/api/participants/stream", headers=bearer()) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert await anext(answer.aiter_bytes()) == b"ping\n"
        assert not left
    await eventually(lambda: left)


async def test_a_body_in_pieces_over_the_limit_is_refused(remote_http, bearer):
    async def pieces():
        for _ in range(100):
            yield b"x" * 1024

    answer = await remote_http.post("/api/participants/x", headers=bearer(), content=pieces())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_half_a_body_is_not_passed_on_as_a_whole_one(front, remote, bearer):
    whole = []

    async def keep(request):
        whole.append(await request.body())
        return Response()

    remote.router.routes.insert(0, Route("/api/participants/half", keep, methods=["POST"]))
    head = {**bearer(), "transfer-encoding": "chunked", "host": "x", "content-type": "application/json"}
    text = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    with socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2]))) as caller:
        caller.sendall(f"POST /api/participants/half HTTP/1.1\r\n{text}\r\n2\r\n{{}}\r\n".encode())
        await asyncio.sleep(0.3)
    await asyncio.sleep(0.3)
    assert whole == []


async def test_a_component_that_does_not_answer_is_unavailable(make_context, neighbours, bearer):
    del neighbours["users"]
    urls = {"users": "http://127.0.0.1:1"}
    async with make_context("gateway", neighbours) as context:
        settings = context.settings.model_copy(update={"component_urls": urls})
        context_apart = replace(context, settings=settings, connect=connector(neighbours.get, urls))
        async with gateway_app.serve(context_apart) as app, plain_client(app) as http:
            answer = await http.get("/api/participants", headers=bearer())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_open_pages_do_not_keep_others_from_being_asked(front, bearer):
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=front, limits=httpx.Limits(max_connections=None))
        )
        for _ in range(60):  # more than a pool of connections between components holds
            await stack.enter_async_context(http.stream("GET", "/api/participants/quiet", headers=bearer()))
        answer = await http.get("/api/participants/x", headers=bearer(), timeout=5)
    assert answer.status_code == 200


async def test_a_reader_who_leaves_a_quiet_stream_is_noticed(remote_http, bearer, left):
    async with remote_http.stream("GET", "/api/participants/quiet", headers=bearer()):
        assert not left
    await eventually(lambda: left)


async def test_a_stream_ends_cleanly_when_the_front_door_closes(front_door, bearer):
    address, close = front_door
    async with httpx.AsyncClient(base_url=address) as http:
        async with http.stream("GET", "/api/participants/quiet", headers=bearer()) as answer:
            closing = asyncio.create_task(close())
            assert [piece async for piece in answer.aiter_bytes()] == []
        async with asyncio.timeout(2):  # less than the grace of those that do not listen
            await closing


async def test_an_answer_that_breaks_off_does_not_look_whole(remote_http, bearer):
    with pytest.raises(httpx.RemoteProtocolError):
        await remote_http.get("/api/participants/broken", headers=bearer())
