"""The websocket channel of https://hl7.org/fhir/R4/subscription.html: ``bind``, ``bound``, ``ping``."""

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from smartbear.cdr.access import access_of
from smartbear.cdr.actions.subscriptions.bindings import Bindings, Listener, may_bind
from smartbear.cdr.model.access import Access
from smartbear.cdr.store.repository import Repository
from smartbear.contracts.scope import scope_of
from smartbear.kit.closing import closing_of
from smartbear.kit.errors import PlatformError, Unauthenticated

_LONGEST = 15 * 60.0  # seconds; whoever comes back shows a fresh token
_MOST_BOUND = 100
_GOING_AWAY, _NO_MORE, _REFUSED = 1001, 1013, 1008


async def websocket(
    repository: Repository, bindings: Bindings, scope: Scope, receive: Receive, send: Send
) -> None:
    """Serve one connection until either side ends it, the server stops, or its time is over."""
    socket = WebSocket(scope, receive, send)
    try:
        caller = scope_of(socket)
    except Unauthenticated:
        await socket.close(_REFUSED)
        return
    access, listener = access_of(caller), Listener(caller.who)
    if not bindings.admit(listener):
        await socket.close(_NO_MORE)
        return
    try:
        await socket.accept()
        await _serve(repository, bindings, access, socket, listener)
    finally:
        bindings.release(listener)


async def _serve(
    repository: Repository, bindings: Bindings, access: Access, socket: WebSocket, listener: Listener
) -> None:
    tasks = [
        asyncio.create_task(_bind(repository, bindings, access, socket, listener)),
        asyncio.create_task(_ping(socket, listener)),
        asyncio.create_task(closing_of(socket).wait()),
    ]
    try:
        await asyncio.wait(tasks, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    with suppress(RuntimeError):  # it has been closed
        await socket.close(_GOING_AWAY)


async def _bind(
    repository: Repository, bindings: Bindings, access: Access, socket: WebSocket, listener: Listener
) -> None:
    with suppress(WebSocketDisconnect, RuntimeError, KeyError):  # gone, or no text
        while True:
            word, _, name = (await socket.receive_text()).strip().partition(" ")
            if word != "bind" or len(listener.bound) >= _MOST_BOUND:
                await socket.close(_NO_MORE if word == "bind" else _REFUSED)
                return
            if await _may_bind(repository, access, name):
                bindings.bind(listener, name)
                await socket.send_text(f"bound {name}")
            else:
                await socket.send_text(f"error {name[:64]}")


async def _may_bind(repository: Repository, access: Access, name: str) -> bool:
    try:
        return await may_bind(repository, access, name)
    except PlatformError:
        return False


async def _ping(socket: WebSocket, listener: Listener) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            for subscription in await listener.next():
                await socket.send_text(f"ping {subscription}")
