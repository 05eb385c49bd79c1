"""Passing on what takes long to a process beside this one, so that what is quick need not wait behind it.

A process does one thing at a time. A Bundle of a hundred resources keeps it for as long as fifty reads, and a
read that came just after would wait for it.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from smartbear.gateway.routes.headers import declared_length
from smartbear.gateway.routes.proxy import POOL, Unreachable, pass_on
from smartbear.kit.sockets import address

RELIEVED = "cdr"
"""The component whose requests may last."""
_LARGE = 1 << 14  # bytes of a body that takes longer to work through than to pass on
_WHOLE = "/$everything"


class Relief:
    """The processes that listen at some sockets; without any, all is answered here."""

    def __init__(self, sockets: Sequence[Path]) -> None:
        self._beside = [_Place(path) for path in sockets]
        self._here = 0

    async def answer(self, local: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered: by ``local`` if it is quick, or if all others have more that lasts."""
        if not (self._beside and _lasts(scope)):
            await local(scope, receive, send)
            return
        idlest = min(self._beside, key=lambda place: place.busy)
        if idlest.busy <= self._here and await idlest.answers(scope, receive, send):
            return
        self._here += 1
        try:
            await local(scope, receive, send)
        finally:
            self._here -= 1

    async def close(self) -> None:
        """Close the clients."""
        for place in self._beside:
            await place.close()


class _Place:
    """A process, and how many requests it has from here."""

    def __init__(self, path: Path) -> None:
        self._path, self.busy = path, 0
        self._client: httpx.AsyncClient | None = None
        self._address = ExitStack()

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether somebody was there to answer; if not, nothing of the request has been read."""
        if not self._path.exists():
            return False
        self.busy += 1
        try:
            await pass_on(self._client or self._connect(), scope, receive, send)
        except Unreachable:
            return False
        else:
            return True
        finally:
            self.busy -= 1

    def _connect(self) -> httpx.AsyncClient:
        """A client of the component, which is below its name where it is served alone."""
        place = self._address.enter_context(address(self._path))
        transport = httpx.AsyncHTTPTransport(uds=place, limits=POOL)
        self._client = httpx.AsyncClient(transport=transport, base_url=f"http://beside/{RELIEVED}")
        return self._client

    async def close(self) -> None:
        """Close the client, if there is one."""
        if self._client:
            await self._client.aclose()
        self._address.close()


def _lasts(scope: Scope) -> bool:
    return scope["path"].endswith(_WHOLE) or declared_length(scope) >= _LARGE
