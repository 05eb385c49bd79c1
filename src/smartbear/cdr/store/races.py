"""Lost races, as the error a client can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from smartbear.kit.errors import Conflict, Unavailable

_RACES = (
    asyncpg.UniqueViolationError,  # somebody else made the same id first
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


class OldCatalogue(Unavailable):
    """The search parameters have just changed. Please send the same request again."""


@contextmanager
def told_as_conflict() -> Iterator[None]:
    """Conflict if somebody else wrote the same resources at the same time: nothing was written, try again.

    OldCatalogue if the search parameters have changed since the index rows were made.
    """
    try:
        yield
    except asyncpg.ObjectNotInPrerequisiteStateError as error:
        raise OldCatalogue(retry_after=1) from error
    except _RACES as error:
        raise Conflict(
            "Somebody else is writing the same resources; please try again.", retry_after=1
        ) from error
