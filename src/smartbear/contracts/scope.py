"""The access scope: who is asking, as the gateway found out, signed so that a component may believe it.

The gateway (for people and machines) or a component (for itself) puts it on every request to a component. It
is an HMAC over its JSON, valid for a minute, and takes the place of tokens, which no component ever sees.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

import msgspec
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from smartbear.contracts.roles import ANONYMOUS as ANONYMOUS
from smartbear.contracts.roles import DATA_SCIENTIST, PROJECT
from smartbear.contracts.roles import PARTICIPANT as PARTICIPANT
from smartbear.contracts.roles import SERVICE as SERVICE
from smartbear.contracts.roles import STAFF as STAFF
from smartbear.contracts.roles import SYSTEM as SYSTEM
from smartbear.kit.clock import Clock
from smartbear.kit.errors import Forbidden, Unauthenticated
from smartbear.kit.problems import problem_response

HEADER = "x-smartbear-scope"
_LIFETIME = timedelta(seconds=60)  # from signing to arrival; a long answer may outlive it
_REMEMBERED = 1024  # scopes signed or verified lately: one caller's requests of a second share a signature


class AccessScope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a caller may be. What the caller may see follows from it in each component's ``access.py``."""

    role: str
    """One of STAFF, or PARTICIPANT, SYSTEM (a machine client), SERVICE (a component), ANONYMOUS."""
    account: str = ""
    username: str = ""
    client: str = ""
    organisations: tuple[str, ...] = ()
    pilots: tuple[str, ...] = ()
    participant: str | None = None
    """The participant's own id (``SB-0001``), for participants."""
    subject: str | None = None
    """The same person's repository id, for participants."""
    scopes: tuple[str, ...] = ()
    """OAuth scopes of a machine client, such as ``system/*.*``."""
    service: str | None = None
    """The calling component, for SERVICE."""

    @property
    def who(self) -> str:
        """The same text for the same account, client or component, and for nobody else."""
        return f"{self.role} {self.account or self.client or self.service or self.participant or ''}"

    @property
    def sees_stored_data(self) -> bool:
        """Whether the caller reads every row as stored: components and clients with ``system/*.*``.

        Of projects' clients none does.
        """
        whole = self.role == SYSTEM and "system/*.*" in self.scopes and self.project is None
        return self.role == SERVICE or whole

    @property
    def project(self) -> str | None:
        """The project the caller belongs to by the scope ``project.<name>``; None for all who belong to none.

        Machine clients have their scopes from an administrator, data scientists from ``scopes_of_member``.
        """
        if self.role not in (SYSTEM, DATA_SCIENTIST):
            return None
        return next((each.removeprefix(PROJECT) for each in self.scopes if each.startswith(PROJECT)), None)


class _Signed(msgspec.Struct, frozen=True):
    scope: AccessScope
    until: float


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Signed)


def sign(scope: AccessScope, key: bytes, now: datetime) -> str:
    """The header's value."""
    return _signed(scope, key, int((now + _LIFETIME).timestamp()))


@lru_cache(maxsize=_REMEMBERED)
def _signed(scope: AccessScope, key: bytes, until: int) -> str:
    body = _encoder.encode(_Signed(scope, until))
    return f"{_b64(body)}.{_b64(_mac(key, body))}"


def verify(value: str, key: bytes, now: datetime) -> AccessScope:
    """The scope in a header's value; Unauthenticated if it is forged, broken or old."""
    signed = _genuine(value, key)
    if now.timestamp() > signed.until:
        raise Unauthenticated
    return signed.scope


@lru_cache(maxsize=_REMEMBERED)
def _genuine(value: str, key: bytes) -> _Signed:
    """What a value says; only those whose signature holds are remembered."""
    try:
        body, mac = (base64.urlsafe_b64decode(part) for part in value.split("."))
    except (ValueError, binascii.Error):
        raise Unauthenticated from None
    if not hmac.compare_digest(mac, _mac(key, body)):
        raise Unauthenticated
    return _decoder.decode(body)


class ScopeMiddleware:
    """Lets a request through to a component only with a valid scope, and leaves it in the request's state."""

    def __init__(self, app: ASGIApp, key: bytes, clock: Clock) -> None:
        self._app, self._key, self._clock = app, key, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify, then hand on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        wanted = HEADER.encode()
        value = next((value for name, value in scope["headers"] if name == wanted), b"")
        try:
            access = verify(value.decode("latin-1"), self._key, self._clock.now())
        except Unauthenticated as error:
            refuse = _refuse if scope["type"] == "websocket" else problem_response(error)
            await refuse(scope, receive, send)
            return
        scope.setdefault("state", {})["access"] = access
        await self._app(scope, receive, send)


async def _refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
    """End a websocket before it has begun, which its client sees as a 403."""
    await send({"type": "websocket.close", "code": 1008})


def scope_of(request: HTTPConnection) -> AccessScope:
    """The verified scope of a request."""
    access = request.scope.get("state", {}).get("access")
    if not isinstance(access, AccessScope):
        raise Unauthenticated
    return access


async def current_scope(request: HTTPConnection) -> AccessScope:
    """``scope_of`` as a FastAPI dependency; a coroutine, since FastAPI gives a plain function a thread."""
    return scope_of(request)


def require(*roles: str) -> Callable[[HTTPConnection], AccessScope]:
    """A dependency that lets only ``roles`` through; everyone else is Forbidden."""

    def check(request: HTTPConnection) -> AccessScope:
        access = scope_of(request)
        if access.role not in roles:
            raise Forbidden
        return access

    return check


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, sha256)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
