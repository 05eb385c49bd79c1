"""Second factors: what an account needs beside its password, one-time passwords, and half sign-ins."""

import os
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from smartbear.identity.actions import secrets, tries, witness
from smartbear.identity.model import totp
from smartbear.identity.model.accounts import Account
from smartbear.identity.settings import IdentitySettings
from smartbear.identity.store import accounts, factors, sessions
from smartbear.identity.store.factors import Factors, Half
from smartbear.kit.context import Context

_LIFETIME = timedelta(minutes=10)
_NONCE = 12  # bytes, as AES-GCM wants it
_CHALLENGE = 32  # bytes
_PURPOSE = "identity one-time passwords"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who knows the password, and what they can show beside it."""

    account: Account
    half: Half
    factors: Factors
    secret: str

    @property
    def sets_up(self) -> bool:
        """Whether an authenticator app is to be set up, rather than asked."""
        return self.half.totp is not None


async def are_needed(context: Context, settings: IdentitySettings, account: Account) -> bool:
    """Whether the password alone is not enough: there is a second factor, or there has to be one."""
    async with context.db.connection() as c:
        known = await factors.factors_of(c, account.id)
    return known.any or settings.needs_second_factor(account.role, context.settings.environment)


async def begin(context: Context, account: str, *, anew: bool = False) -> str:
    """Remember for ten minutes that a browser knows the password; returns the secret for its cookie.

    An authenticator app is set up if there is no second factor, or ``anew`` by somebody who has signed in.
    """
    secret, digest = secrets.fresh()
    now = context.clock.now()
    async with context.db.transaction() as tx:
        known = await factors.factors_of(tx, account)
        fresh = None if known.any and not anew else _sealed(context, os.urandom(totp.SECRET_BYTES))
        half = Half(account, os.urandom(_CHALLENGE), fresh)
        await factors.open_half(tx, digest, half, now, now + _LIFETIME)
    return secret


async def waiting(context: Context, secret: str) -> Waiting | None:
    """Who waits behind a cookie."""
    async with context.db.connection() as c:
        half = await factors.half(c, secrets.digest(secret), context.clock.now())
        account = await accounts.by_id(c, half.account) if half else None
        if half is None or account is None or account.disabled:
            return None
        return Waiting(account, half, await factors.factors_of(c, account.id), secret)


def secret_to_set_up(context: Context, half: Half) -> bytes:
    """The secret an authenticator app is to learn."""
    return _opened(context, half.totp or b"")


async def check_code(context: Context, who: Waiting, given: str, browser: str) -> bool:
    """Whether a one-time password is right, for the first time; a new secret is kept once its first one is.

    ``browser`` is the cookie of one the person has used. Raises TooManyRequests after too many wrong ones.
    """
    now = context.clock.now()
    counted = await take_guess(context, who, browser)
    sealed = who.half.totp or who.factors.totp
    if sealed is None:
        return False
    last = 0 if who.sets_up else who.factors.totp_step
    step = totp.matching_step(_opened(context, sealed), given, now.timestamp(), last)
    if step is None:
        return False
    async with context.db.transaction() as tx:
        if who.sets_up:
            await factors.set_totp(tx, who.account.id, sealed, step - 1)
            witness.person(who.account, "totp-set")
        is_first = await factors.use_step(tx, who.account.id, step)
        await sessions.forget_tries(tx, counted, now)
        return is_first and await factors.close_half(tx, secrets.digest(who.secret))


async def take_guess(context: Context, who: Waiting, browser: str) -> bytes:
    """Count a guess at a second factor; returns what it is counted under.

    Raises TooManyRequests if one has to wait.
    """
    counted = tries.of_factor(context, who.account.username, browser)
    await tries.take(context, counted, tries.FREE_TRIES)
    return counted


async def remove_totp(context: Context, account: str) -> None:
    """Take an account's one-time passwords away."""
    async with context.db.transaction() as tx:
        if (await factors.factors_of(tx, account)).totp is not None:
            await factors.set_totp(tx, account, None)
            await witness.owner(tx, account, "totp-removed")


def _sealed(context: Context, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(context.key(_PURPOSE)).encrypt(nonce, secret, None)


def _opened(context: Context, sealed: bytes) -> bytes:
    return AESGCM(context.key(_PURPOSE)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
