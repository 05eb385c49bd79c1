"""The keys tokens are signed with: RS256, private halves encrypted at rest, ready to be rotated."""

import os
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import KeySet, RSAKey
from starlette.concurrency import run_in_threadpool

from smartbear.identity.store import keys
from smartbear.kit.context import Context

_BITS = 2048
_NONCE = 12  # bytes, as AES-GCM wants it
_PURPOSE = "identity signing keys"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key to sign with and the public halves to verify with."""

    current: RSAKey
    public: dict[str, Any]
    """A JWK set (RFC 7517)."""
    verifying: KeySet


async def signing_keys(context: Context) -> SigningKeys:
    """The deployment's keys; the first one is made by whoever needs it first."""
    async with context.db.connection() as c:
        stored = await keys.all_keys(c)
    if not any(key.is_current for key in stored):
        stored = await _make_first(context)
    current = next(key for key in stored if key.is_current)
    public = {"keys": [key.public for key in stored]}
    return SigningKeys(_unsealed(context, current), public, KeySet.import_key_set(public))  # type: ignore[arg-type]


async def rotate(context: Context) -> str:
    """Sign with a new key from now on; the old ones still verify. Returns the new key's id."""
    fresh = await run_in_threadpool(_fresh, context)
    async with context.db.transaction() as tx:
        await keys.insert(tx, fresh, context.clock.now())
    return fresh.kid


async def _make_first(context: Context) -> list[keys.StoredKey]:
    fresh = await run_in_threadpool(_fresh, context)
    async with context.db.transaction() as tx:
        await keys.lock(tx)
        if not await keys.all_keys(tx):
            await keys.insert(tx, fresh, context.clock.now())
        return await keys.all_keys(tx)


def _fresh(context: Context) -> keys.StoredKey:
    pair = RSAKey.generate_key(_BITS, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(context.key(_PURPOSE)).encrypt(nonce, pair.as_pem(private=True), None)
    return keys.StoredKey(str(pair.kid), sealed, dict(pair.as_dict(private=False)), is_current=True)


def _unsealed(context: Context, key: keys.StoredKey) -> RSAKey:
    nonce, sealed = key.sealed[:_NONCE], key.sealed[_NONCE:]
    pem = AESGCM(context.key(_PURPOSE)).decrypt(nonce, sealed, None)
    return RSAKey.import_key(pem, {"kid": key.kid})
