"""PostgreSQL's own errors as members of the platform's family. Nothing a client sends should raise others."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from smartbear.kit.errors import Conflict

RACES = (
    asyncpg.UniqueViolationError,  # somebody else made the same id first
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Conflict for a lost race; what else a database can do, ``kit/db.py`` has translated."""
    try:
        yield
    except RACES as error:
        raise Conflict(
            "Somebody else is writing the same resources; please try again.", retry_after=1
        ) from error
