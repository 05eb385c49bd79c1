"""How a client proves that it is who it says: by a secret or a signed assertion."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smartbear.identity.actions import secrets
from smartbear.identity.actions.clients import find_client
from smartbear.identity.model.accounts import Client
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.store import clients
from smartbear.kit import logs
from smartbear.kit.body import parse_json
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["RS256", "PS256", "ES256"]
_LONGEST = timedelta(minutes=5)  # that an assertion may be good for
_LEEWAY = timedelta(seconds=30)
_ID_LENGTH = 255
_log = logs.get("identity")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says about its client; ``audiences`` are the names this provider goes by."""

    client_id: str
    secret: str | None
    assertion: str | None
    audiences: frozenset[str]


async def authenticate_client(context: Context, shown: Credentials) -> Client:
    """The client that proves to be who it says; a public one proves itself later, by PKCE."""
    client = await find_client(context, shown.client_id)
    if client and client.is_public and shown.secret is None and shown.assertion is None:
        return client
    if client and client.keys is not None and shown.assertion is not None:
        await _accept(context, client, shown)
        return client
    kept = client.secret_hash if client and client.secret_hash else bytes(32)
    right = hmac.compare_digest(secrets.digest(shown.secret or ""), kept)
    if not client or not client.secret_hash or shown.assertion is not None or not right:
        raise _unknown()
    return client


def subject_of(assertion: str) -> str:
    """Whom an assertion speaks for, before anybody believes it; empty if it does not say."""
    try:
        claims = parse_json(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, TypeError, AttributeError, KeyError, BadInput):
        return ""
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else ""


async def _accept(context: Context, client: Client, shown: Credentials) -> None:
    """Check an assertion (RFC 7523 §3) and use it up; OAuthFault if it is not good, or no longer."""
    now = context.clock.now()
    claims = _verified(client, shown.assertion or "")
    until = _expiry(claims, now)
    audience, number = claims.get("aud"), claims.get("jti")
    named = {one for one in (audience if isinstance(audience, list) else [audience]) if isinstance(one, str)}
    mine = claims.get("iss") == claims.get("sub") == client.id
    if not mine or until is None or not named & shown.audiences:
        raise _unknown()
    if not isinstance(number, str) or not 0 < len(number) <= _ID_LENGTH:
        raise _unknown()
    digest = secrets.digest(f"{client.id}\0{number}")
    async with context.db.transaction() as tx:
        is_new = await clients.use_assertion(tx, digest, until + _LEEWAY, now - _LEEWAY)
    if not is_new:
        _log.warning("assertion_replayed", client=client.id)
        raise _unknown()


def _verified(client: Client, assertion: str) -> Mapping[str, Any]:
    try:
        keys = KeySet.import_key_set(client.keys)  # type: ignore[arg-type]
        return jwt.decode(assertion, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, AttributeError, KeyError):
        raise _unknown() from None


def _expiry(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until when an assertion is good, if it is good now and not for longer than it should be."""
    exp: Any = claims.get("exp")
    issued, start = claims.get("iat"), claims.get("nbf")
    if not _is_time(exp) or any(value is not None and not _is_time(value) for value in (issued, start)):
        return None
    until = datetime.fromtimestamp(exp, UTC)
    latest = (now + _LEEWAY).timestamp()
    begun = all(value is None or value <= latest for value in (issued, start))
    return until if begun and now - _LEEWAY < until <= now + _LONGEST + _LEEWAY else None


def _is_time(value: Any) -> bool:
    """Seconds since 1970 that Python can make a moment of."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1 << 33


def _unknown() -> OAuthFault:
    return OAuthFault("invalid_client", "The client is not known or does not prove who it is.")
