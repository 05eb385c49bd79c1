"""Telling answers without an end, such as event streams, that the server is about to stop.

A server waits for the answers under way. One that would go on for ever has to be told, or it is cut off.
"""

import asyncio

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

_STATE = "closing"


def announcing(app: ASGIApp, closing: asyncio.Event) -> ASGIApp:
    """``app``, with ``closing`` in the state of each request."""

    async def announced(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[_STATE] = closing
        await app(scope, receive, send)

    return announced


def closing_of(request: HTTPConnection) -> asyncio.Event:
    """Set when the server of this request begins to stop; never set where no server announces it."""
    found = request.scope.get("state", {}).get(_STATE)
    return found if isinstance(found, asyncio.Event) else asyncio.Event()
