"""Handing a request to a component that runs elsewhere, streaming both ways."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from smartbear.kit.closing import closing_of
from smartbear.kit.context import Context
from smartbear.kit.errors import Unavailable
from smartbear.kit.http import address_of

_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"trailer"})
_TIMEOUT = httpx.Timeout(10.0, connect=2.0, read=60.0).as_dict()  # event streams speak every 15 s
_SILENT = "This part of the platform does not answer."
POOL = httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=3)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Unreachable(Unavailable):
    """Nobody listens there; nothing of the request has been read."""


class Proxy:
    """Clients of the components that run elsewhere.

    Connections are not counted here: each open page holds one for its event stream, and none may keep others
    from being asked.
    """

    def __init__(self, context: Context) -> None:
        urls = context.settings.component_urls
        self._clients = {
            name: httpx.AsyncClient(base_url=address_of(name, urls), limits=POOL) for name in urls
        }

    async def pass_on(self, component: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the component answer, as ``pass_on`` does."""
        client = self._clients.get(component)
        if client is None:
            raise Unavailable(f"{component} does not run here.")
        await pass_on(client, scope, receive, send)

    async def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            await client.aclose()


async def pass_on(client: httpx.AsyncClient, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the request to a component and its answer back, piece by piece.

    The answer is let go of when the caller leaves, an event stream also when the front door closes. Raises
    Unreachable, or Unavailable if the component does not answer or breaks off an answer that has an end.
    """
    try:
        answer = await client.send(_request(client.base_url, scope, receive), stream=True)
    except httpx.ConnectError as error:
        raise Unreachable(_SILENT, retry_after=2) from error
    except httpx.TransportError as error:
        raise Unavailable(_SILENT, retry_after=2) from error
    try:
        response = StreamingResponse(_pieces(answer, scope), answer.status_code)
        response.raw_headers = [pair for pair in answer.headers.raw if pair[0].lower() not in _HOP_BY_HOP]
        await response(scope, receive, send)
    finally:
        await answer.aclose()


def _pieces(answer: httpx.Response, scope: Scope) -> AsyncIterator[bytes]:
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        return _events(answer, closing_of(HTTPConnection(scope)))
    return _whole(answer)


async def _whole(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    except httpx.TransportError as error:  # the caller must not take it for the end
        raise Unavailable from error


async def _events(answer: httpx.Response, closing: asyncio.Event) -> AsyncIterator[bytes]:
    """Pieces of an answer without an end; it may end anywhere, and its reader comes back."""
    pieces, told = answer.aiter_raw(), asyncio.create_task(closing.wait())
    try:
        while piece := await _next(pieces, told):
            yield piece
    except httpx.TransportError:
        return
    finally:
        told.cancel()


async def _next(pieces: AsyncIterator[bytes], told: asyncio.Task[bool]) -> bytes:
    """The next piece; nothing at the end, and when ``told`` is done before one comes."""
    piece = asyncio.ensure_future(anext(pieces, b""))
    try:
        await asyncio.wait((piece, told), return_when=asyncio.FIRST_COMPLETED)
        return b"" if told.done() else piece.result()
    finally:
        piece.cancel()


def _request(base: httpx.URL, scope: Scope, receive: Receive) -> httpx.Request:
    """The request as it came: a client of httpx would add headers and take the caller's Host away."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return httpx.Request(
        scope["method"],
        base.copy_with(raw_path=base.raw_path.rstrip(b"/") + scope["raw_path"] + query),
        headers=[pair for pair in scope["headers"] if pair[0] not in _HOP_BY_HOP],
        content=_body(receive) if scope["method"] in _WITH_BODY else None,
        extensions={"timeout": _TIMEOUT},
    )


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect  # half a body must not look like a whole one
        yield message.get("body", b"")
        more = message.get("more_body", False)
