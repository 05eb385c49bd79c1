"""Headers: which of a caller's go no further, what components get instead, what every answer carries."""

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address

from starlette.types import Scope

from smartbear.contracts.scope import HEADER
from smartbear.kit.problems import REQUEST_ID

Header = tuple[bytes, bytes]

_INTERNAL = (b"x-smartbear-", b"x-synergy", b"x-forwarded-", b"x-original-", b"x-rewrite-")
"""Beginnings of names that mean something inside, did so in the former platform, or do so to some library."""
_OWN = frozenset(
    {
        *(REQUEST_ID.encode(), b"forwarded", b"x-real-ip", b"x-http-method-override", b"x-method-override"),
        *(b"traceparent", b"tracestate", b"proxy"),
    }
)
_CREDENTIALS = frozenset({b"authorization", b"cookie"})
_PEER = b"x-forwarded-for"
_OF_HOST = 64  # last bits of an IPv6 address, which its host chooses
_SCOPE = HEADER.encode()
_REQUEST_ID = REQUEST_ID.encode()
_GOOD_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_UNLESS_SAID = (
    *SAFE,
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
)
"""For answers that do not say otherwise: most are data, which nobody keeps or runs."""


def of(scope: Scope, name: bytes) -> bytes:
    """The value of a header; empty without one."""
    found: bytes
    for known, found in scope["headers"]:
        if known == name:
            return found
    return b""


def size(scope: Scope) -> int:
    """Bytes of all names and values."""
    return sum(len(name) + len(value) for name, value in scope["headers"])


def declared_length(scope: Scope) -> int:
    """Bytes that the body is said to have; 0 where nothing is said."""
    value = of(scope, b"content-length")
    return int(value[:19]) if value.isdigit() else 0  # the rest is more than any limit already


def peer(scope: Scope) -> str:
    """The caller's address; the server has put a trusted proxy's word for it in place already."""
    host: str = scope["client"][0] if scope.get("client") else ""
    return _network(host) if ":" in host else host


@lru_cache(maxsize=1024)
def _network(host: str) -> str:
    """Of an IPv6 address the network: whoever has one address of it has all of the 2^64 (RFC 4291 §2.5.4)."""
    try:
        known = IPv6Address(host)
    except ValueError:
        return host
    return str(known.ipv4_mapped or IPv6Address(int(known) >> _OF_HOST << _OF_HOST))


def request_id(scope: Scope, new_id: Callable[[], str]) -> str:
    """The caller's id for the request, if it is harmless; else a new one."""
    given = of(scope, _REQUEST_ID)
    return given.decode() if _GOOD_REQUEST_ID.fullmatch(given) else new_id()


def inward(scope: Scope, signed: str, request_id: str, traced: list[Header], *, signs_in: bool) -> Scope:
    """The request for a component: the signed scope in the place of the caller's token.

    Where people sign in, the provider of tokens gets what they sign in with.
    """
    kept = [
        pair
        for pair in scope["headers"]
        if pair[0] not in _OWN
        and not pair[0].startswith(_INTERNAL)
        and (signs_in or pair[0] not in _CREDENTIALS)
    ]
    own = [(_SCOPE, signed.encode()), (_REQUEST_ID, request_id.encode()), (_PEER, peer(scope).encode())]
    return {**scope, "headers": [*kept, *own, *traced]}


def outward(given: list[Header], extra: list[Header]) -> list[Header]:
    """The headers of an answer, with what it does not say itself."""
    names = {name for name, _ in given}
    return [*given, *extra, *(pair for pair in _UNLESS_SAID if pair[0] not in names)]
