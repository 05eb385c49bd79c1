"""Handing a request to a component that runs elsewhere, streaming both ways."""

from collections.abc import AsyncIterator

import httpx
from starlette.types import Receive, Scope, Send

from smartbear.kit.context import Context
from smartbear.kit.errors import Unavailable

_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"trailer"})
_NO_READ_LIMIT = httpx.Timeout(10.0, connect=2.0, read=None)  # event streams are quiet for long


class Proxy:
    """Clients of the components that run elsewhere."""

    def __init__(self, context: Context) -> None:
        self._clients = {name: context.connect(name) for name in context.settings.component_urls}

    async def pass_on(self, component: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the request to the component and its answer back, piece by piece."""
        client = self._clients.get(component)
        if client is None:
            raise Unavailable(f"{component} does not run here.")
        query = scope["query_string"]
        path = scope["raw_path"].decode("ascii") + (f"?{query.decode('ascii')}" if query else "")
        request = client.build_request(
            scope["method"],
            path,
            headers=[pair for pair in scope["headers"] if pair[0] not in _HOP_BY_HOP | {b"host"}],
            content=_body(receive) if scope["method"] in ("POST", "PUT", "PATCH") else None,
            timeout=_NO_READ_LIMIT,
        )
        try:
            answer = await client.send(request, stream=True)
        except httpx.TransportError as error:
            raise Unavailable(f"{component} does not answer.", retry_after=2) from error
        try:
            headers = [pair for pair in answer.headers.raw if pair[0].lower() not in _HOP_BY_HOP]
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            async for piece in answer.aiter_raw():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()

    async def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            await client.aclose()


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        yield message.get("body", b"")
        more = message.get("more_body", False)
