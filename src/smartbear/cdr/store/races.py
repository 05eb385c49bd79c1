"""Lost races, as the error a client can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from smartbear.kit.errors import Conflict

_RACES = (
    asyncpg.UniqueViolationError,  # somebody else made the same id first
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ObjectNotInPrerequisiteStateError,  # search parameters have changed: see store/parameters.py
)


@contextmanager
def told_as_conflict() -> Iterator[None]:
    """Conflict if somebody else wrote the same resources at the same time: nothing was written, try again."""
    try:
        yield
    except _RACES as error:
        raise Conflict(
            "Somebody else is writing the same resources; please try again.", retry_after=1
        ) from error
