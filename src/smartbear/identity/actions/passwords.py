"""Password hashing: argon2id with the parameters OWASP recommends (19 MiB, two passes, one lane)."""

import os
from functools import cache

import argon2
from anyio import CapacityLimiter, to_thread

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_at_once = CapacityLimiter(os.cpu_count() or 1)  # more would only wait for a core, each with 19 MiB in hand


async def hashed(password: str) -> str:
    """A hash with a salt of its own. Takes tens of milliseconds, on purpose, off the event loop."""
    return await to_thread.run_sync(_hasher.hash, password, limiter=_at_once)


async def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the one behind a hash; without one the same work is done, for nothing."""
    return await to_thread.run_sync(_verify, password, stored, limiter=_at_once)


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
