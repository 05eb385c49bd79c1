"""Handing a websocket to a component that runs elsewhere: what either side says, the other hears."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import websockets
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection

from smartbear.kit.closing import closing_of

_OWN = (b"sec-websocket-", b"host", b"connection", b"upgrade")  # begin with: each connection has its own
_SECONDS = 5.0
_LONGEST_MESSAGE = 1 << 16  # bytes
_GOING_AWAY, _TRY_AGAIN = 1001, 1013


async def relay(base: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the connection until either side ends it; if the component does not take it, it is not opened."""
    socket = WebSocket(scope, receive, send)
    place = base.replace("http", "ws", 1) + scope["path"]
    try:
        inner = await websockets.connect(
            place,
            additional_headers=list(_headers(scope["headers"])),
            proxy=None,
            open_timeout=_SECONDS,
            max_size=_LONGEST_MESSAGE,
        )
    except (OSError, TimeoutError, websockets.WebSocketException):
        await socket.close(_TRY_AGAIN)
        return
    async with inner:
        await socket.accept()
        await _until_one_ends(socket, inner)
    with suppress(RuntimeError):  # it has been closed
        await socket.close(_GOING_AWAY)


def _headers(given: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[str, str]]:
    return ((name.decode(), value.decode("latin-1")) for name, value in given if not name.startswith(_OWN))


async def _until_one_ends(socket: WebSocket, inner: ClientConnection) -> None:
    tasks = [
        asyncio.create_task(_hear(socket, inner)),
        asyncio.create_task(_tell(socket, inner)),
        asyncio.create_task(closing_of(socket).wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _hear(socket: WebSocket, inner: ClientConnection) -> None:
    with suppress(WebSocketDisconnect, websockets.ConnectionClosed):
        async for text in socket.iter_text():
            await inner.send(text)


async def _tell(socket: WebSocket, inner: ClientConnection) -> None:
    with suppress(WebSocketDisconnect, websockets.ConnectionClosed, RuntimeError):
        async for text in inner:
            await socket.send_text(text if isinstance(text, str) else text.decode())
