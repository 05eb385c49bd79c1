"""Requests that last go to a process beside; a socket lies between, as in production."""

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from smartbear.gateway.routes.relief import Relief
from smartbear.kit import serving
from smartbear.kit.sockets import address, listening
from tests.conftest import eventually, plain_client

LARGE = b"x" * 20_000


class Component:
    """Says where it has answered and what came; a request for ``/slow`` waits until it may go on."""

    def __init__(self, where):
        self.where, self.waiting, self.may_go_on = where, 0, asyncio.Event()

    async def answer(self, request):
        taken = len(await request.body())
        if request.url.path.endswith("/slow"):
            self.waiting += 1
            await self.may_go_on.wait()
        head = {"x-seen": request.headers["x-given"]} if "x-given" in request.headers else {}
        return JSONResponse({"where": self.where, "taken": taken}, status_code=201, headers=head)

    def app(self, below=""):
        """Below its name, where it is served alone."""
        route = Route("/{rest:path}", self.answer, methods=["GET", "POST"])
        return Starlette(routes=[Mount(below, routes=[route])])


@pytest.fixture
def here():
    return Component("here")


@pytest.fixture
def beside():
    return Component("beside")


@pytest.fixture
def path(tmp_path):
    return tmp_path / ("long" * 25) / "run" / "record-0.sock"


@pytest.fixture
async def served(beside, path):
    """The process beside; closing the stack ends it."""
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listening(path))
        await stack.enter_async_context(serving.serving(beside.app("/cdr"), listener))
        yield stack


@pytest.fixture
async def door(here, path):
    """A client of what the front door does with requests to the record."""
    relief, local = Relief([path]), here.app()

    async def front(scope, receive, send):
        await relief.answer(local, scope, receive, send)

    async with plain_client(front) as http:
        yield http
    await relief.close()


async def where(answer):
    return (await answer).json()["where"]


async def test_what_lasts_is_answered_beside_and_what_is_quick_here(served, door):
    assert await where(door.get("/fhir/Patient/1")) == "here"
    assert await where(door.post("/fhir/Observation", content=b"x" * 1000)) == "here"
    assert await where(door.get("/fhir/Patient/1/$everything")) == "beside"
    answer = await door.post("/fhir", content=LARGE, headers={"x-given": "sent"})
    assert (answer.status_code, answer.headers["x-seen"]) == (201, "sent")
    assert answer.json() == {"where": "beside", "taken": len(LARGE)}


async def test_who_has_more_that_lasts_gets_no_more_of_it(served, door, here, beside):
    slow = [asyncio.create_task(door.post("/fhir/slow", content=LARGE)) for _ in range(6)]
    await eventually(lambda: here.waiting + beside.waiting == 6)
    assert (here.waiting, beside.waiting) == (3, 3)
    here.may_go_on.set(), beside.may_go_on.set()
    answers = await asyncio.gather(*slow)
    assert sorted(answer.json()["where"] for answer in answers) == ["beside"] * 3 + ["here"] * 3
    assert await where(door.post("/fhir", content=LARGE)) == "beside", "what has ended still counts"


async def test_without_anybody_beside_all_is_answered_here_and_whole(door, path):
    for left_behind in (False, True):
        if left_behind:  # by a process that was killed
            path.parent.mkdir(parents=True)
            with address(path) as place, socket.socket(socket.AF_UNIX) as listener:
                listener.bind(place)
            assert path.exists()
        assert (await door.post("/fhir", content=LARGE)).json() == {"where": "here", "taken": len(LARGE)}
    async with plain_client(_relieved_by_nobody()) as http:
        assert await where(http.post("/fhir", content=LARGE)) == "alone"


def _relieved_by_nobody():
    relief, local = Relief([]), Component("alone").app()
    return lambda *call: relief.answer(local, *call)


async def test_a_process_that_goes_and_comes_back_is_asked_again(door, beside, path):
    seen = []
    for is_there in (True, False, True):
        async with AsyncExitStack() as stack:
            if is_there:
                listener = stack.enter_context(listening(path))
                await stack.enter_async_context(serving.serving(beside.app("/cdr"), listener))
            seen.append(await where(door.post("/fhir", content=LARGE)))
    assert seen == ["beside", "here", "beside"]


async def test_who_leaves_in_the_middle_keeps_nobody_busy(served, door, here, beside):
    for _ in range(4):
        leaving = asyncio.create_task(door.post("/fhir/slow", content=LARGE))
        before = beside.waiting
        await eventually(lambda before=before: beside.waiting == before + 1)
        leaving.cancel()
        await asyncio.wait({leaving})
    assert here.waiting == 0
    beside.may_go_on.set()


async def test_only_this_account_may_speak_at_the_socket(served, path):
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
