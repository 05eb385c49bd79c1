"""Believing access tokens: ours, fresh, for us, and of the right kind (RFC 9068 §4)."""

import time
from contextlib import suppress
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smartbear.contracts.identity import REALM, IdentityClient
from smartbear.kit.context import Context
from smartbear.kit.errors import Unauthenticated, Unavailable

_ALGORITHM = "RS256"
_LEEWAY = 30  # seconds that clocks may differ
_REMEMBERED = 10_000  # tokens whose signature need not be checked again
_KEYS_AT_MOST_EVERY = 5.0  # seconds; unknown key ids must not become requests to the provider
_KEYS_FOR = 60.0  # seconds; a key that others may know is refused by then, and what it signed with it

Claims = dict[str, Any]


class Tokens:
    """Verifies tokens, remembering good ones until they expire."""

    def __init__(self, context: Context) -> None:
        self._clock = context.clock
        self._issuers = frozenset(origin + REALM for origin in context.settings.addresses())
        self._identity = IdentityClient(context)
        self._published: Claims = {}
        self._keys: KeySet | None = None
        self._asked_at = -_KEYS_AT_MOST_EVERY
        self._good: dict[str, Claims] = {}

    async def claims(self, token: str, service: str) -> Claims:
        """What a token for a component says; Unauthenticated unless every check passes."""
        if time.monotonic() - self._asked_at >= _KEYS_FOR:
            with suppress(Unavailable):  # without the provider, the keys known are good
                await self._current_keys(_KEYS_FOR)
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
        for age in (_KEYS_FOR, _KEYS_AT_MOST_EVERY):
            keys = await self._current_keys(age)
            try:
                return jwt.decode(token, keys, algorithms=[_ALGORITHM])
            except (JoseError, ValueError, TypeError, AttributeError, KeyError):
                continue
        raise Unauthenticated

    async def _current_keys(self, age: float) -> KeySet:
        """The provider's keys, asked for again when they are known for ``age`` seconds."""
        if self._keys is None or time.monotonic() - self._asked_at >= age:
            self._asked_at = time.monotonic()
            published = await self._identity.keys()
            if self._keys is None or published != self._published:
                self._keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
                self._published = published
                self._good.clear()
        return self._keys

    def _remember(self, token: str, claims: Claims) -> None:
        self._good[token] = claims
        if len(self._good) > _REMEMBERED:
            del self._good[next(iter(self._good))]

    async def close(self) -> None:
        """Close the client."""
        await self._identity.close()
