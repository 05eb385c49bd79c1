"""Believing access tokens: ours, fresh, for us, and of the right kind (RFC 9068 §4)."""

import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smartbear.contracts.identity import REALM, IdentityClient
from smartbear.kit.context import Context
from smartbear.kit.errors import Unauthenticated

_ALGORITHM = "RS256"
_LEEWAY = 30  # seconds that clocks may differ
_REMEMBERED = 10_000  # tokens whose signature need not be checked again
_KEYS_AT_MOST_EVERY = 5.0  # seconds; unknown key ids must not become requests to the provider

Claims = dict[str, Any]


class Tokens:
    """Verifies tokens, remembering good ones until they expire."""

    def __init__(self, context: Context) -> None:
        self._clock = context.clock
        self._issuers = frozenset(origin + REALM for origin in context.settings.addresses())
        self._identity = IdentityClient(context)
        self._keys: KeySet | None = None
        self._asked_at = -_KEYS_AT_MOST_EVERY
        self._good: dict[str, Claims] = {}

    async def claims(self, token: str, service: str) -> Claims:
        """What a token for a component says; Unauthenticated unless every check passes."""
        known = self._good.get(token)
        if known is None:
            known = await self._verified(token)
            self._remember(token, known)
        if float(known["exp"]) + _LEEWAY < self._clock.now().timestamp():
            self._good.pop(token, None)
            raise Unauthenticated("The access token has expired.")
        audience = known["aud"]
        if service not in ([audience] if isinstance(audience, str) else audience):
            raise Unauthenticated("The access token is not for this part of the platform.")
        return known

    async def _verified(self, token: str) -> Claims:
        decoded = await self._decoded(token)
        header, claims = decoded.header, decoded.claims
        times = all(isinstance(claims.get(name), int | float) for name in ("exp", "iat"))
        ours = claims.get("iss") in self._issuers and isinstance(claims.get("aud"), list | str)
        text = all(isinstance(claims.get(name), str) for name in ("sub", "client_id", "scope"))
        not_ahead = times and claims["iat"] <= self._clock.now().timestamp() + _LEEWAY
        if not (times and ours and text and not_ahead and header.get("typ") == "at+jwt"):
            raise Unauthenticated
        return claims

    async def _decoded(self, token: str) -> jwt.Token:
        """The token, if its signature is by a key of the provider; a key not seen yet is asked for once."""
        for fresh in (False, True):
            keys = await self._current_keys(fresh=fresh)
            try:
                return jwt.decode(token, keys, algorithms=[_ALGORITHM])
            except (JoseError, ValueError, TypeError, AttributeError, KeyError):
                continue
        raise Unauthenticated

    async def _current_keys(self, *, fresh: bool) -> KeySet:
        due = time.monotonic() - self._asked_at >= _KEYS_AT_MOST_EVERY
        if self._keys is None or (fresh and due):
            self._asked_at = time.monotonic()
            self._keys = KeySet.import_key_set(await self._identity.keys())  # type: ignore[arg-type]
        return self._keys

    def _remember(self, token: str, claims: Claims) -> None:
        self._good[token] = claims
        if len(self._good) > _REMEMBERED:
            del self._good[next(iter(self._good))]

    async def close(self) -> None:
        """Close the client."""
        await self._identity.close()
