"""The keys tokens are signed with: RS256, private halves encrypted at rest, rotated with an overlap.

A key is published ``OVERLAP`` before it signs and until the last token it signed is over.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import KeySet, RSAKey
from starlette.concurrency import run_in_threadpool

from smartbear.contracts.trail import did
from smartbear.identity.settings import IdentitySettings
from smartbear.identity.store import keys
from smartbear.kit import logs
from smartbear.kit.context import Context

OVERLAP = timedelta(hours=1)
"""How long others may keep the public keys they have read."""
_LEEWAY = timedelta(minutes=1)  # clocks differ
_BITS = 2048
_NONCE = 12  # bytes, as AES-GCM wants it
_PURPOSE = "identity signing keys"
_log = logs.get("identity")


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key to sign with and the public halves to verify with."""

    current: RSAKey
    public: dict[str, Any]
    """A JWK set (RFC 7517)."""
    verifying: KeySet


async def signing_keys(context: Context, settings: IdentitySettings) -> SigningKeys:
    """The deployment's keys; whoever finds that there is none, or that it is old, makes the next."""
    stored = await _stored(context, settings)
    if not stored or context.clock.now() - stored[0].signs_from > timedelta(days=settings.key_days):
        stored = await _make_due(context, settings)
    signing = (key for key in stored if key.signs_from <= context.clock.now())
    public = {"keys": [key.public for key in stored]}
    return SigningKeys(_unsealed(context, next(signing)), public, KeySet.import_key_set(public))  # type: ignore[arg-type]


async def rotate(context: Context, *, at_once: bool = False) -> str:
    """Make the next key, which signs as soon as everybody has had the time to read it; returns its id.

    ``at_once`` is for a key that others may know: the next signs now, and what any other signed is refused.
    """
    now = context.clock.now()
    fresh = await run_in_threadpool(_fresh, context, now if at_once else now + OVERLAP)
    async with context.db.transaction() as tx:
        await keys.lock(tx)
        await keys.insert(tx, fresh, now)
        did("key-rotated", "C")
        if at_once:
            await keys.forget(tx, now)
    _log.warning("signing_key_made", code="at_once" if at_once else "planned")
    return fresh.kid


async def _stored(context: Context, settings: IdentitySettings) -> list[keys.StoredKey]:
    """Keys to publish: the next, the current, and those whose tokens may still be good."""
    tokens_live = timedelta(seconds=settings.access_token_lifetime) + _LEEWAY
    async with context.db.connection() as c:
        return await keys.all_keys(c, context.clock.now() - tokens_live)


async def _make_due(context: Context, settings: IdentitySettings) -> list[keys.StoredKey]:
    """The first key, or the next; of several processes that want one at a time, one makes it."""
    now = context.clock.now()
    due = now - timedelta(days=settings.key_days)
    async with context.db.transaction() as tx:
        await keys.lock(tx)
        known = await keys.all_keys(tx, due)
        if not known or known[0].signs_from < due:
            await keys.forget(tx, due)
            fresh = await run_in_threadpool(_fresh, context, now + OVERLAP if known else now)
            await keys.insert(tx, fresh, now)
    return await _stored(context, settings)


def _fresh(context: Context, signs_from: datetime) -> keys.StoredKey:
    pair = RSAKey.generate_key(_BITS, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(context.key(_PURPOSE)).encrypt(nonce, pair.as_pem(private=True), None)
    return keys.StoredKey(str(pair.kid), sealed, dict(pair.as_dict(private=False)), signs_from)


def _unsealed(context: Context, key: keys.StoredKey) -> RSAKey:
    nonce, sealed = key.sealed[:_NONCE], key.sealed[_NONCE:]
    pem = AESGCM(context.key(_PURPOSE)).decrypt(nonce, sealed, None)
    return RSAKey.import_key(pem, {"kid": key.kid})
