"""PostgreSQL's own errors as members of the platform's family. Nothing a client sends should raise others."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from smartbear.kit.errors import Conflict, TooCostly, Unavailable

RACES = (
    asyncpg.UniqueViolationError,  # somebody else made the same id first
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    OSError,
)


@contextmanager
def translated() -> Iterator[None]:
    """TooCostly for a statement that takes too long, Conflict for a lost race, Unavailable without server."""
    try:
        yield
    except (asyncpg.QueryCanceledError, TimeoutError) as error:
        raise TooCostly(
            "The search takes too long: ask for less, or by more selective parameters."
        ) from error
    except RACES as error:
        raise Conflict(
            "Somebody else is writing the same resources; please try again.", retry_after=1
        ) from error
    except _GONE as error:
        raise Unavailable(retry_after=2) from error
