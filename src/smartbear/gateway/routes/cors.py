"""Cross-origin requests (Fetch §3.3): which pages elsewhere may call the APIs. By default none.

Such pages send access tokens, never cookies: credentials in Fetch's sense are not allowed to anybody.
"""

from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import Scope

from smartbear.gateway.model.table import WEBSOCKET, Row
from smartbear.gateway.routes import headers
from smartbear.gateway.routes.headers import Header

_ALLOWED = (
    "accept, authorization, content-type, idempotency-key, if-match, if-modified-since, if-none-exist, "
    "if-none-match, last-event-id, prefer, traceparent, tracestate, x-request-id"
)
_EXPOSED = (
    b"content-location, etag, idempotency-replayed, last-modified, location, retry-after, traceresponse, "
    b"x-request-id"
)
_AGAIN_AFTER = "600"  # seconds for which a browser remembers what it may


class Cors:
    """What pages of some origins are told."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, scope: Scope) -> list[Header]:
        """For the answer to a request."""
        if not self._origins:
            return []
        origin = headers.of(scope, b"origin")
        allowed = [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED)]
        return [(b"vary", b"origin"), *(allowed if origin in self._origins else ())]

    def preflight(self, scope: Scope, row: Row | None) -> Response | None:
        """The answer to a browser that asks first; None for what is no such question or may not be asked."""
        if scope["method"] != "OPTIONS" or row is None or headers.of(scope, b"origin") not in self._origins:
            return None
        told = {
            "access-control-allow-methods": ", ".join(sorted(row.methods - {WEBSOCKET})),
            "access-control-allow-headers": _ALLOWED,
            "access-control-max-age": _AGAIN_AFTER,
        }
        return Response(status_code=204, headers=told)
