"""Whether the platform is up (live) and able to work (ready)."""

import asyncio
import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from smartbear import __version__
from smartbear.kit.context import Context

_REMEMBER = 1.0  # seconds; a look costs a connection to the database, and anybody may ask


def routes(context: Context) -> list[BaseRoute]:
    """The addresses orchestrators ask."""
    readiness = _Readiness(context)

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "up", "version": __version__})

    async def ready(_request: Request) -> Response:
        parts = await readiness.parts()
        up = all(parts.values())
        body = {"status": "ready" if up else "not ready", "parts": dict(parts)}
        return JSONResponse(body, 200 if up else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]


class _Readiness:
    """What the platform needs and whether it is there, looked at once a second at most."""

    def __init__(self, context: Context) -> None:
        self._look = context.ready
        self._lock = asyncio.Lock()
        self._seen: tuple[float, Mapping[str, bool]] = (0.0, {})

    async def parts(self) -> Mapping[str, bool]:
        """Part → whether it is up."""
        async with self._lock:
            until, known = self._seen
            if until < time.monotonic():
                known = await self._look()
                self._seen = (time.monotonic() + _REMEMBER, known)
        return known
