"""One listening socket and several who take connections from it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from smartbear.kit import serving
from smartbear.kit.accepting import accepting


class Kept(asyncio.Protocol):
    """A connection that stays open and counts for the server that took it."""

    def __init__(self, server):
        self.server = server

    def connection_made(self, transport):
        self.server.append(transport)
        transport.write(b"!")


@pytest.fixture
async def servers():
    """Two that share a socket; each is its connections and what stops it."""
    first = serving.listen("127.0.0.1", 0)
    async with AsyncExitStack() as stack:
        both = []
        for listener in (first, first.dup()):
            connections, stop = [], AsyncExitStack()
            await stop.enter_async_context(
                accepting(listener, lambda c=connections: Kept(c), connections, shared=True)
            )
            stack.push_async_callback(stop.aclose)
            both.append((connections, stop))
        yield first.getsockname()[1], both
        for connections, _ in both:
            for transport in connections:
                transport.abort()


@pytest.fixture
async def connected():
    """``await connected(port, count)`` opens connections one after another; all stay open to the end."""
    writers = []

    async def connect(port, count):
        async with asyncio.timeout(10):
            for _ in range(count):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writers.append(writer)
                assert await reader.readexactly(1) == b"!"

    yield connect
    for writer in writers:
        writer.close()


async def test_connections_spread_over_those_who_share_a_socket(servers, connected):
    port, ((ours, _), (theirs, _)) = servers
    await connected(port, 24)
    assert len(ours) + len(theirs) == 24
    assert min(len(ours), len(theirs)) >= 6


async def test_who_stops_leaves_all_connections_to_the_other(servers, connected):
    port, ((ours, stop), (theirs, _)) = servers
    await stop.aclose()
    await connected(port, 5)
    assert (len(ours), len(theirs)) == (0, 5)


async def test_many_connections_at_once_are_all_taken(servers, connected):
    port, ((ours, _), (theirs, _)) = servers
    await asyncio.gather(*(connected(port, 1) for _ in range(200)))
    assert len(ours) + len(theirs) == 200


async def test_a_machine_without_sockets_to_give_is_asked_again(monkeypatch, connected):
    monkeypatch.setattr("smartbear.kit.accepting._EXHAUSTED", 0.01)

    class Exhausted:
        """A listening socket whose first answers are those of a machine with no files left."""

        def __init__(self, real):
            self.real, self.refusals = real, 2

        def __getattr__(self, name):
            return getattr(self.real, name)

        def accept(self):
            if self.refusals:
                self.refusals -= 1
                raise OSError(24, "Too many open files")
            return self.real.accept()

    listener, connections = Exhausted(serving.listen("127.0.0.1", 0)), []
    port = listener.getsockname()[1]
    async with accepting(listener, lambda: Kept(connections), connections, shared=False):
        await connected(port, 1)
    assert len(connections) == 1
    connections[0].abort()
