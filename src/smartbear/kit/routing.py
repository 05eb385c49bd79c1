"""FastAPI routes that read bodies as strictly as the rest of the platform does."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from smartbear.kit.body import parse_json, read_bytes

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """Refuses a body that is too large or not strict JSON before FastAPI parses it.

    For ``APIRouter(route_class=StrictRoute)``. Raises what ``kit.body`` raises.
    """

    def get_route_handler(self) -> _Handler:
        """FastAPI's handler behind the check."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            body = await read_bytes(request)
            if body:
                parse_json(body)
            return await handle(_Read(request.scope, request.receive, body))

        return checked


class _Read(Request):
    """A request whose body has been read already."""

    def __init__(self, scope: Any, receive: Any, body: bytes) -> None:
        super().__init__(scope, receive)
        self._body = body
