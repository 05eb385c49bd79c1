"""Waiting after wrong guesses. Guesses are counted where they come from, so that nobody can lock another out.

A browser in which the person has signed in before has a cookie that says so, and is counted on its own.
"""

import hmac
from datetime import timedelta
from hashlib import sha256
from math import ceil

from smartbear.identity.actions import secrets
from smartbear.identity.store import sessions
from smartbear.kit.context import Context
from smartbear.kit.errors import TooManyRequests

FREE_TRIES = 5
FREE_TRIES_OF_ADDRESS = 50
"""From one address, whatever the names: many people may share one."""
_LONGEST_WAIT = timedelta(minutes=1)
_PURPOSE = "identity known browsers"


async def take(context: Context, digest: bytes, free: int) -> int:
    """Count a try before it is looked at and return how many are left; TooManyRequests if one has to wait."""
    now = context.clock.now()
    async with context.db.connection() as c:
        left = await sessions.take_try(c, digest, now, free, _LONGEST_WAIT)
        until = now if left is not None else await sessions.blocked_until(c, digest) or now
    if left is None:
        raise TooManyRequests(retry_after=max(1, ceil((until - now).total_seconds())))
    return left


def known_browser(context: Context, username: str) -> str:
    """A cookie for a browser in which the person has signed in."""
    nonce, _ = secrets.fresh()
    return f"{nonce}.{_mac(context, nonce, username)}"


def is_known(context: Context, username: str, cookie: str) -> bool:
    """Whether the person has signed in with this browser; guesses elsewhere do not hinder it."""
    return bool(_known(context, username, cookie))


def counted_under(context: Context, username: str, address: str, cookie: str) -> bytes:
    """What tries are counted under: the known browser, else the name and the address together."""
    source = _known(context, username, cookie) or f"address\0{address}"
    return sha256(f"{username.lower()}\0{source}".encode()).digest()


def of_factor(context: Context, username: str, cookie: str) -> bytes:
    """What guesses at a second factor are counted under: the known browser, else all others together.

    Six digits bear no count for each address. It takes the password to guess them.
    """
    source = _known(context, username, cookie) or "elsewhere"
    return sha256(f"\0factor\0{username.lower()}\0{source}".encode()).digest()


def of_address(address: str) -> bytes:
    """What all tries of an address are counted under."""
    return sha256(f"\0address\0{address}".encode()).digest()


def of_letters(address: str) -> bytes:
    """What letters that an address has asked for are counted under."""
    return sha256(f"\0letters\0{address}".encode()).digest()


def _known(context: Context, username: str, cookie: str) -> str:
    """The browser by its cookie, if the person has signed in there before; else nothing."""
    nonce, _, mac = cookie.partition(".")
    is_known = hmac.compare_digest(mac.encode(), _mac(context, nonce, username).encode())
    return f"browser\0{nonce}" if is_known else ""


def _mac(context: Context, nonce: str, username: str) -> str:
    text = f"{nonce}\0{username.lower()}".encode()
    return hmac.new(context.key(_PURPOSE), text, sha256).hexdigest()
