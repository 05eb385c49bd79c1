"""The front door itself: every request passes here, and nothing is copied on the way to a neighbour."""

import re
import time
from dataclasses import dataclass
from functools import partial

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartbear.contracts.scope import ANONYMOUS, SYSTEM, AccessScope, sign
from smartbear.gateway.actions.callers import NOBODY, Callers
from smartbear.gateway.actions.limits import Limits
from smartbear.gateway.actions.witness import Witness
from smartbear.gateway.model import table
from smartbear.gateway.model.pressure import Pressure
from smartbear.gateway.model.rates import PAGES
from smartbear.gateway.routes import headers, subprotocol, tracing
from smartbear.gateway.routes.bodies import bounded
from smartbear.gateway.routes.cors import Cors
from smartbear.gateway.routes.onward import Onward
from smartbear.gateway.routes.pseudonymous import Pseudonymous
from smartbear.gateway.routes.refusals import refusal
from smartbear.kit import logs, telemetry
from smartbear.kit.context import Context
from smartbear.kit.errors import (
    Forbidden,
    HeadersTooLarge,
    MethodNotAllowed,
    NotFound,
    PlatformError,
    Unauthenticated,
)
from smartbear.kit.problems import REQUEST_ID

_MOST_HEADERS = 16 << 10  # bytes, where no row says otherwise
_NO_PATH = re.compile(r"[\x00-\x1f\x7f\\]|/\.{1,2}(/|$)|[^/]{256}")  # two readers could disagree on it
_LONGEST_PATH = 2000  # characters; looking for a file costs a look at each of its folders
_PROVIDER = "identity"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REFUSED = 1008  # of RFC 6455: a matter of policy
_SWITCHED = 101  # the status of a websocket
_REQUEST_ID = REQUEST_ID.encode()
_log = logs.get("gateway")


@dataclass(frozen=True, slots=True)
class Guards:
    """What a request has to pass."""

    callers: Callers
    limits: Limits
    pressure: Pressure
    cors: Cors
    witness: Witness


class Front:
    """An ASGI application that lets in what the table allows; ``own`` answers what is not in the table."""

    def __init__(
        self, context: Context, guards: Guards, own: ASGIApp, onward: Onward, pseudonymous: Pseudonymous
    ) -> None:
        self._context, self._guards = context, guards
        self._own, self._onward, self._pseudonymous = own, onward, pseudonymous
        self._secure = [headers.HSTS] if context.settings.addresses()[0].startswith("https:") else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens on the way."""
        if scope["type"] == "websocket":
            await self._accept(scope, receive, send)
        if scope["type"] != "http":
            return
        row = table.find(scope["path"])
        route = row.path if row else "web"
        request = _Request(headers.request_id(scope, self._context.new_id), tracing.hop(scope, route))
        observed = _Observed(scope["method"], route, self._guards.pressure)
        watched = self._watched(send, observed, request, self._guards.cors.headers(scope))
        try:
            await self._answer(row, scope, receive, watched, request)
        except PlatformError as error:
            if not observed.status:
                await refusal(row, error, request.id)(scope, receive, watched)
        except ClientDisconnect:
            _log.info("caller_left", route=route)
        except Exception as error:  # noqa: BLE001 - the last line of defence answers and records
            _log.error("unhandled_error", route=route, exc_info=error)
            if not observed.status:
                await refusal(row, PlatformError(), request.id)(scope, receive, watched)
        finally:
            observed.done()
            request.hop.end(observed.status)

    async def _accept(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a websocket in as a request would be; one that may not come in is closed before it opens."""
        row = table.find(scope["path"])
        try:
            _refuse_oddities(row, scope)
            if row is None or table.WEBSOCKET not in row.methods:
                raise NotFound
            self._guards.pressure.admit(row.rate)
            given, request_id = _given(scope) or subprotocol.token(scope), self._context.new_id()
            access = await self._identify(row, scope, given, request_id)
        except PlatformError as error:
            _log.info("websocket_refused", code=error.code)
            await send({"type": "websocket.close", "code": _REFUSED})
            return
        request = _Request(request_id, tracing.hop(scope, row.path))
        inner, send = subprotocol.without_token(self._inner(row, scope, access, request), send)
        try:
            await self._onward.open_websocket(row, inner, receive, send)
        finally:
            request.hop.end(_SWITCHED)

    async def _answer(
        self, row: table.Row | None, scope: Scope, receive: Receive, send: Send, request: "_Request"
    ) -> None:
        _refuse_oddities(row, scope)
        if preflight := self._guards.cors.preflight(scope, row):
            await preflight(scope, receive, send)
            return
        self._guards.pressure.admit(row.rate if row else PAGES)
        if row is None:
            await self._own(scope, receive, send)
        else:
            await self._enter(row, scope, receive, send, request)

    async def _enter(
        self, row: table.Row, scope: Scope, receive: Receive, send: Send, request: "_Request"
    ) -> None:
        if scope["method"] not in row.methods:
            raise MethodNotAllowed
        access = await self._identify(row, scope, _given(scope), request.id)
        project = access.project if row.space == "translated" else None
        limit = row.machine_body if access.role == SYSTEM and project is None else row.body
        row = row.answering(access.role)
        inner = self._inner(row, scope, access, request)
        receive = bounded(scope, receive, limit, row.timeout)
        if project is not None:
            visit = self._guards.witness.visit(access, scope["method"], row.path, request.id)
            forward = visit.going_on(partial(self._onward.answer, row))
            with_project = self._pseudonymous.answer(project, inner, receive, send, forward)
            await visit.recorded(with_project)
        else:
            await self._onward.answer(row, inner, receive, send)

    def _inner(self, row: table.Row, scope: Scope, access: AccessScope, request: "_Request") -> Scope:
        """What the component is handed: the caller's scope in the place of the caller's token."""
        signed = sign(access, self._context.key("scope"), self._context.clock.now())
        signs_in = row.roles is None and row.component == _PROVIDER
        return headers.inward(scope, signed, request.id, request.hop.inward, signs_in=signs_in)

    async def _identify(self, row: table.Row, scope: Scope, given: str, request_id: str) -> AccessScope:
        peer = headers.peer(scope)
        if row.roles is None:
            if row.rate.is_limited:
                self._guards.limits.check(row.rate, NOBODY, peer)
            return NOBODY
        try:
            access = await self._guards.callers.identify(given, row.component)
        except Unauthenticated:
            self._guards.witness.strangers.take(peer)
            self._guards.limits.check(row.rate, NOBODY, peer)
            raise
        self._guards.limits.check(row.rate, access, peer)
        if access.role == ANONYMOUS:
            raise Unauthenticated
        if not row.admits(access.role, access.scopes):
            method = scope.get("method", table.WEBSOCKET)
            await self._guards.witness.refused(access, method, row.path, request_id)
            raise Forbidden
        return access

    def _watched(
        self, send: Send, observed: "_Observed", request: "_Request", cross_origin: list[headers.Header]
    ) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                observed.answered(message["status"])
                extra = [*self._secure, *request.headers(), *cross_origin]
                message = {**message, "headers": headers.outward(message.get("headers", []), extra)}
            await send(message)

        return watched


@dataclass(slots=True)
class _Request:
    """By what a request is found again in logs and traces."""

    id: str
    hop: tracing.Hop

    def headers(self) -> list[headers.Header]:
        """What its caller is told."""
        return [(_REQUEST_ID, self.id.encode()), *self.hop.outward]


class _Observed:
    """What the metrics learn of one request; until it is answered it counts among those that wait."""

    def __init__(self, method: str, route: str, pressure: Pressure) -> None:
        self.status = 0
        self._route, self._method = route, method if method in _METHODS else "other"
        self._pressure, self._began = pressure, time.perf_counter()
        pressure.waiting += 1
        telemetry.REQUESTS_OPEN.inc()

    def answered(self, status: int) -> None:
        """The answer begins."""
        if not self.status:
            self._pressure.waiting -= 1
        self.status = status

    def done(self) -> None:
        """Count it."""
        if not self.status:
            self._pressure.waiting -= 1
        telemetry.REQUESTS_OPEN.dec()
        telemetry.counter_of(self._route, self._method, self.status).inc()
        telemetry.timer_of(self._route, self._method).observe(time.perf_counter() - self._began)


def _refuse_oddities(row: table.Row | None, scope: Scope) -> None:
    if headers.size(scope) > (row.headers if row else _MOST_HEADERS):
        raise HeadersTooLarge
    if len(scope["path"]) > _LONGEST_PATH or _NO_PATH.search(scope["path"]):
        raise NotFound


def _given(scope: Scope) -> str:
    """What stands in the header Authorization."""
    return headers.of(scope, b"authorization").decode("latin-1")
