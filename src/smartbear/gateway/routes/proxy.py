"""Handing a request to a component that runs elsewhere, streaming both ways."""

from collections.abc import AsyncIterator

import httpx
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from smartbear.kit.context import Context
from smartbear.kit.errors import Unavailable

_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"trailer"})
_NO_READ_LIMIT = httpx.Timeout(10.0, connect=2.0, read=None).as_dict()  # event streams are quiet for long
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Proxy:
    """Clients of the components that run elsewhere."""

    def __init__(self, context: Context) -> None:
        self._clients = {name: context.connect(name) for name in context.settings.component_urls}

    async def pass_on(self, component: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the request to the component and its answer back, piece by piece.

        The answer is let go of when the caller leaves. Raises Unavailable if the component does not answer.
        """
        client = self._clients.get(component)
        if client is None:
            raise Unavailable(f"{component} does not run here.")
        try:
            answer = await client.send(_request(client.base_url, scope, receive), stream=True)
        except httpx.TransportError as error:
            raise Unavailable(f"{component} does not answer.", retry_after=2) from error
        try:
            response = StreamingResponse(answer.aiter_raw(), answer.status_code)
            response.raw_headers = [pair for pair in answer.headers.raw if pair[0].lower() not in _HOP_BY_HOP]
            await response(scope, receive, send)
        finally:
            await answer.aclose()

    async def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            await client.aclose()


def _request(base: httpx.URL, scope: Scope, receive: Receive) -> httpx.Request:
    """The request as it came: a client of httpx would add headers and take the caller's Host away."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return httpx.Request(
        scope["method"],
        base.copy_with(raw_path=base.raw_path.rstrip(b"/") + scope["raw_path"] + query),
        headers=[pair for pair in scope["headers"] if pair[0] not in _HOP_BY_HOP],
        content=_body(receive) if scope["method"] in _WITH_BODY else None,
        extensions={"timeout": _NO_READ_LIMIT},
    )


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect  # half a body must not look like a whole one
        yield message.get("body", b"")
        more = message.get("more_body", False)
