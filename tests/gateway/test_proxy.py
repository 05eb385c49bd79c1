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

    return component(Route("/api/participants/stream", stream), Route("/api/participants/empty", empty))


@pytest.fixture
async def front(make_context, neighbours, remote, clock):
    """The address of a front door whose ``users`` and ``identity`` run elsewhere."""
    neighbours["users"] = ScopeMiddleware(remote, test_key("scope"), clock)
    apart = system._by_name({name: neighbours.pop(name) for name in ("users", "identity")})
    async with AsyncExitStack() as stack:

        async def serve(app):
            listener = serving.listen("127.0.0.1", 0)
            await stack.enter_async_context(serving.serving(app, listener))
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        address = await serve(apart)
        urls = {"users": address, "identity": address}
        context = await stack.enter_async_context(make_context("gateway", neighbours))
        settings = context.settings.model_copy(update={"component_urls": urls})
        context = replace(context, settings=settings, connect=connector(neighbours.get, urls))
        yield await serve(await stack.enter_async_context(gateway_app.serve(context)))


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
