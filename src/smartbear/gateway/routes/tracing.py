"""The W3C's trace context: a request's trace goes on through the front door.

Components get the caller's trace. Where the platform exports traces, the front door is a hop of it, or begins
one, and components get that hop as their parent (https://www.w3.org/TR/trace-context). A ``traceparent`` of
another form counts as none, and what came with it as ``tracestate`` goes no further.
"""

import re
from dataclasses import dataclass

from starlette.types import Scope

from smartbear.gateway.routes import headers
from smartbear.gateway.routes.headers import Header
from smartbear.kit import telemetry

_PARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_STATE = re.compile(rb"[\x20-\x7e]{1,512}")


@dataclass(slots=True)
class Hop:
    """The front door's place in a trace."""

    inward: list[Header]
    """What components get."""
    outward: list[Header]
    """What the caller gets."""
    span: telemetry.Span | None

    def end(self, status: int) -> None:
        """The answer has been given."""
        if self.span:
            telemetry.end_request(self.span, status)


_UNTRACED = Hop([], [], None)


def hop(scope: Scope, route: str) -> Hop:
    """The hop of a request."""
    given = headers.of(scope, b"traceparent")
    parent = given if _PARENT.fullmatch(given) else b""
    state = headers.of(scope, b"tracestate") if parent else b""
    state = state if _STATE.fullmatch(state) else b""
    span = telemetry.begin_request(route, parent.decode(), state.decode())
    if not (span or parent):
        return _UNTRACED
    context = telemetry.traceparent(span).encode() if span else parent
    kept = [(b"tracestate", state)] if state else []
    return Hop([(b"traceparent", context), *kept], [(b"traceresponse", context)], span)
