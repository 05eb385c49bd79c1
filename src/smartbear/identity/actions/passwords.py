"""Password hashing: argon2id with the parameters OWASP recommends (19 MiB, two passes, one lane)."""

from functools import cache

import argon2
from starlette.concurrency import run_in_threadpool

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


async def hashed(password: str) -> str:
    """A hash with a salt of its own. Takes tens of milliseconds, on purpose, off the event loop."""
    return await run_in_threadpool(_hasher.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the one behind a hash; without one the same work is done, for nothing."""
    return await run_in_threadpool(_verify, password, stored)


def _verify(password: str, stored: str | None) -> bool:
    try:
        _hasher.verify(stored or _nobody(), password)
    except argon2.exceptions.VerificationError:
        return False
    return stored is not None


@cache
def _nobody() -> str:
    """The hash that unknown names are held against."""
    return _hasher.hash("nobody")
