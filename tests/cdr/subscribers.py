"""Servers of subscribers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from smartbear.fhir import json
from smartbear.kit.serving import listen, serving


@dataclass
class Endpoint:
    """A server of a subscriber: what it was told, and what it answers."""

    address: str = ""
    told: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[], int] = lambda: 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        given = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.told.append((scope["method"], scope["path"], given, body))
        await self.open.wait()
        await send({"type": "http.response.start", "status": self.answer(), "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": b""})

    def values(self):
        """Values of the observations it was told of."""
        return [json.decode(body)["valueQuantity"]["value"] for *_, body in self.told]


@asynccontextmanager
async def served() -> AsyncIterator[Endpoint]:
    """An endpoint on a port of its own; what it keeps waiting is answered in the end."""
    endpoint, socket = Endpoint(), listen("127.0.0.1", 0)
    endpoint.open.set()
    endpoint.address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    async with serving(endpoint, socket):
        yield endpoint
        endpoint.open.set()


async def status(fhir, place, *expected):
    return (await fhir.get(place))["status"] in expected
