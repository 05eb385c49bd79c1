"""Serving an ASGI application on a socket, and metrics on a loopback port of their own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial

import prometheus_client
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from smartbear.kit import logs
from smartbear.kit.accepting import accepting
from smartbear.kit.closing import announcing
from smartbear.kit.errors import PlatformError

_LOOPBACK = "127.0.0.1"
_GRACE = 3  # seconds that open answers, such as event streams, get to end
_HEAD = 20.0  # seconds a client may take for the head of a request; uvicorn itself would wait for ever
_LARGEST_HEAD = 1 << 16  # bytes of a head, or of what follows a body; the parser itself would take any number
_LONGEST_MESSAGE = 1 << 12  # bytes a client may send through a websocket at once
_log = logs.get("kit")


class PortTaken(PlatformError):
    """Another program listens on this port; choose another with SMARTBEAR_PORT."""

    code = "port_taken"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; 0 picks a free port. Raises PortTaken at once rather than after start-up."""
    try:
        return socket.create_server((host, port), backlog=2048, reuse_port=False)
    except OSError as error:
        raise PortTaken(f"Port {port} is taken. Choose another with SMARTBEAR_PORT.") from error


class _Server(uvicorn.Server):
    """Leaves signals to the caller: the platform has more to stop than one server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let signals be."""
        yield


class _Protocol(HttpToolsProtocol):
    """Knows since when it has been waiting for the head of a request; None while it is not."""

    waiting: float | None
    _unread = 0  # bytes that the parser took and made nothing of yet

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """A client has come."""
        super().connection_made(transport)
        self.waiting = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Read on, until a head is longer than any that is answered."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > _LARGEST_HEAD:
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """A part of a body has come."""
        self._unread = 0
        super().on_body(body)

    def on_message_begin(self) -> None:
        """The first byte of a request has come; one that comes after another waits in uvicorn's own time."""
        super().on_message_begin()
        self.waiting = self.waiting or self.loop.time()

    def on_headers_complete(self) -> None:
        """Its head has come."""
        self.waiting, self._unread = None, 0
        super().on_headers_complete()


async def _end_slow_heads(server: uvicorn.Server) -> None:
    """Close the connections of those who take too long; nothing has been asked there."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_HEAD / 4)
        for connection in list(server.server_state.connections):
            waiting = connection.waiting if isinstance(connection, _Protocol) else None
            if waiting is not None and loop.time() - waiting > _HEAD:
                connection.transport.close()


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket, *, shared: bool = False) -> AsyncIterator[None]:
    """Serve ``app`` while the block runs; open answers are then told to end and get three seconds for it.

    ``shared``: other processes serve at the same socket.
    """
    closing = asyncio.Event()
    config = uvicorn.Config(
        announcing(app, closing),
        loop="none",
        http=_Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=1 << 14,
        ws="websockets-sansio",
        ws_max_size=_LONGEST_MESSAGE,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[]))
    watch = asyncio.create_task(_end_slow_heads(server))
    try:
        while not server.started:
            await asyncio.sleep(0.005)
            if task.done():
                task.result()
        connections = server.server_state.connections
        async with accepting(
            listener, partial(_Protocol, config, server.server_state, {}), connections, shared=shared
        ):
            yield
    finally:
        watch.cancel()
        closing.set()
        server.should_exit = True
        await task


def serve_metrics(port: int) -> int:
    """Answer ``/metrics`` on loopback; returns the port, which 0 lets the machine choose."""
    server, _ = prometheus_client.start_http_server(port, addr=_LOOPBACK)
    _log.info("metrics_served", port=server.server_port)
    return int(server.server_port)
