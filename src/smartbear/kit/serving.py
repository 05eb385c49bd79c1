"""Serving an ASGI application on a socket, and metrics on a loopback port of their own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import prometheus_client
import uvicorn
from starlette.types import ASGIApp

from smartbear.kit import logs
from smartbear.kit.closing import announcing
from smartbear.kit.errors import PlatformError

_LOOPBACK = "127.0.0.1"
_GRACE = 3  # seconds that open answers, such as event streams, get to end
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


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve ``app`` while the block runs; open answers are then told to end and get three seconds for it."""
    closing = asyncio.Event()
    config = uvicorn.Config(
        announcing(app, closing),
        loop="none",
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
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.005)
            if task.done():
                task.result()
        yield
    finally:
        closing.set()
        server.should_exit = True
        await task


def serve_metrics(port: int) -> int:
    """Answer ``/metrics`` on loopback; returns the port, which 0 lets the machine choose."""
    server, _ = prometheus_client.start_http_server(port, addr=_LOOPBACK)
    _log.info("metrics_served", port=server.server_port)
    return int(server.server_port)
