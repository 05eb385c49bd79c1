"""The front door itself: every request passes here, and nothing is copied on the way to a neighbour."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartbear.contracts.scope import ANONYMOUS, HEADER, SYSTEM, AccessScope, sign
from smartbear.gateway.actions.callers import NOBODY, Callers
from smartbear.gateway.model import table
from smartbear.gateway.model.bucket import Buckets
from smartbear.gateway.model.projects import project_of
from smartbear.gateway.routes import subprotocol
from smartbear.gateway.routes.proxy import Proxy
from smartbear.gateway.routes.pseudonymous import Pseudonymous
from smartbear.gateway.routes.refusals import refusal
from smartbear.gateway.routes.relay import relay
from smartbear.kit import logs, telemetry
from smartbear.kit.context import Context
from smartbear.kit.errors import (
    Forbidden,
    HeadersTooLarge,
    MethodNotAllowed,
    NotFound,
    PlatformError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)
from smartbear.kit.http import address_of
from smartbear.kit.problems import REQUEST_ID

_MOST_HEADERS = 16 << 10  # bytes
_NO_PATH = re.compile(r"[\x00-\x1f\x7f\\]|/\.{1,2}(/|$)|[^/]{256}")  # two readers could disagree on it
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CREDENTIALS = frozenset({b"authorization", b"cookie"})
_GOOD_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_PEER = b"x-forwarded-for"
_STRIPPED = frozenset({HEADER.encode(), REQUEST_ID.encode(), _PEER, b"forwarded", b"x-real-ip", b"x-synergy"})
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_REFUSED = 1008  # of RFC 6455: a matter of policy
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_log = logs.get("gateway")


@dataclass(frozen=True, slots=True)
class Limits:
    """Buckets of the three kinds of callers."""

    person: Buckets
    machine: Buckets
    address: Buckets

    def check(self, access: AccessScope, peer: str) -> None:
        """TooManyRequests, with the seconds to wait, if the caller is over its rate.

        ``peer`` is the address that counts for callers without a name.
        """
        if access.role == ANONYMOUS:
            wait = self.address.wait(peer, time.monotonic())
        elif access.role == SYSTEM:
            wait = self.machine.wait(access.client, time.monotonic())
        else:
            wait = self.person.wait(access.account, time.monotonic())
        if wait:
            raise TooManyRequests(retry_after=max(1, round(wait)))


class Front:
    """An ASGI application that lets in what the table allows; ``own`` answers what is not in the table."""

    def __init__(
        self,
        context: Context,
        callers: Callers,
        limits: Limits,
        own: ASGIApp,
        proxy: Proxy,
        pseudonymous: Pseudonymous,
    ) -> None:
        self._context, self._callers, self._limits = context, callers, limits
        self._own, self._proxy, self._pseudonymous = own, proxy, pseudonymous
        self._secure = context.settings.addresses()[0].startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens on the way."""
        if scope["type"] == "websocket":
            await self._accept(scope, receive, send)
        if scope["type"] != "http":
            return
        row = table.find(scope["path"])
        observed = _Observed(scope["method"], row.path if row else "web")
        request_id = _request_id(scope, self._context.new_id)
        watched = self._watched(send, observed, request_id)
        try:
            _refuse_oddities(scope)
            if row is None:
                await self._own(scope, receive, watched)
            else:
                await self._enter(row, scope, receive, watched, request_id)
        except PlatformError as error:
            if not observed.status:
                await refusal(row, error, request_id)(scope, receive, watched)
        except ClientDisconnect:
            _log.info("caller_left", route=observed.route)
        except Exception as error:  # noqa: BLE001 - the last line of defence answers and records
            _log.error("unhandled_error", route=observed.route, exc_info=error)
            if not observed.status:
                await refusal(row, PlatformError(), request_id)(scope, receive, watched)
        finally:
            observed.done()

    async def _accept(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a websocket in as a request would be; one that may not come in is closed before it opens."""
        row = table.find(scope["path"])
        try:
            _refuse_oddities(scope)
            if row is None or table.WEBSOCKET not in row.methods:
                raise NotFound
            access = await self._identify(row, scope, _given(scope) or subprotocol.token(scope))
        except PlatformError as error:
            _log.info("websocket_refused", code=error.code)
            await send({"type": "websocket.close", "code": _REFUSED})
            return
        inner, send = subprotocol.without_token(self._inner(row, scope, access, self._context.new_id()), send)
        neighbour = self._context.local(row.component)
        if neighbour:
            await neighbour(inner, receive, send)
        elif row.component in (urls := self._context.settings.component_urls):
            await relay(address_of(row.component, urls), inner, receive, send)
        else:
            await send({"type": "websocket.close", "code": _REFUSED})

    async def _enter(
        self, row: table.Row, scope: Scope, receive: Receive, send: Send, request_id: str
    ) -> None:
        if scope["method"] not in row.methods:
            raise MethodNotAllowed
        access = await self._identify(row, scope, _given(scope))
        project = project_of(access.role, access.scopes)
        limit = row.machine_body if access.role == SYSTEM and project is None else row.body
        inner = self._inner(row, scope, access, request_id)
        receive = _bounded(receive, _declared_length(scope["headers"]), limit)
        neighbour = self._own if row.component == table.OWN else self._context.local(row.component)
        forward = neighbour or partial(self._proxy.pass_on, row.component)
        if project is not None:
            await self._pseudonymous.answer(project, inner, receive, send, forward)
        else:
            await forward(inner, receive, send)

    def _inner(self, row: table.Row, scope: Scope, access: AccessScope, request_id: str) -> Scope:
        """What the component is handed: the caller's scope in the place of the caller's token."""
        signed = sign(access, self._context.key("scope"), self._context.clock.now())
        stripped = _STRIPPED if row.roles is None else _STRIPPED | _CREDENTIALS
        kept = [(name, value) for name, value in scope["headers"] if name not in stripped]
        own = [
            (HEADER.encode(), signed.encode()),
            (REQUEST_ID.encode(), request_id.encode()),
            (_PEER, _peer(scope).encode()),
        ]
        return {**scope, "headers": kept + own}

    async def _identify(self, row: table.Row, scope: Scope, given: str) -> AccessScope:
        peer = _peer(scope)
        if row.roles is None:
            if row.is_limited:
                self._limits.check(NOBODY, peer)
            return NOBODY
        try:
            access = await self._callers.identify(given, row.component)
        except Unauthenticated:
            self._limits.check(NOBODY, peer)
            raise
        self._limits.check(access, peer)
        if access.role == ANONYMOUS:
            raise Unauthenticated
        if access.role not in row.roles or (
            project_of(access.role, access.scopes) is not None and not row.has_projects
        ):
            raise Forbidden
        return access

    def _watched(self, send: Send, observed: "_Observed", request_id: str) -> Send:
        extra = [*_ALWAYS, *([_HSTS] if self._secure else []), (REQUEST_ID.encode(), request_id.encode())]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                observed.status = message["status"]
                headers = message.get("headers", [])
                names = {name for name, _ in headers}
                fallback = [] if b"cache-control" in names else [(b"cache-control", b"no-store")]
                message = {**message, "headers": [*headers, *extra, *fallback]}
            await send(message)

        return watched


class _Observed:
    """What the metrics learn of one request."""

    def __init__(self, method: str, route: str) -> None:
        self.route, self.status = route, 0
        self._method = method if method in _METHODS else "other"
        self._began = time.perf_counter()
        telemetry.REQUESTS_OPEN.inc()

    def done(self) -> None:
        """Count it."""
        telemetry.REQUESTS_OPEN.dec()
        telemetry.counter_of(self.route, self._method, self.status).inc()
        telemetry.timer_of(self.route, self._method).observe(time.perf_counter() - self._began)


def _refuse_oddities(scope: Scope) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADERS:
        raise HeadersTooLarge
    if _NO_PATH.search(scope["path"]):
        raise NotFound


def _given(scope: Scope) -> str:
    """What stands in the header Authorization."""
    given: bytes = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return given.decode("latin-1")


def _request_id(scope: Scope, new_id: Callable[[], str]) -> str:
    """The caller's id for the request, if it is harmless; else a new one."""
    given = next((value for name, value in scope["headers"] if name == REQUEST_ID.encode()), b"")
    return given.decode() if _GOOD_REQUEST_ID.fullmatch(given) else new_id()


def _peer(scope: Scope) -> str:
    """The caller's address; the server has put a trusted proxy's word for it in place already."""
    return scope["client"][0] if scope.get("client") else ""


def _declared_length(headers: list[tuple[bytes, bytes]]) -> int:
    value = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(value[:19]) if value.isdigit() else 0  # the rest is more than any limit already


def _bounded(receive: Receive, declared: int, limit: int) -> Callable[[], Awaitable[Message]]:
    """``receive``, which refuses a body as soon as it is known to be too large."""
    if declared > limit:
        raise TooLarge(f"The body may have at most {limit} bytes.")
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge(f"The body may have at most {limit} bytes.")
        return message

    return bounded
