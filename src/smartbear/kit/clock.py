"""Time as a dependency, so that a test can say what the time is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells an aware time."""

    def now(self) -> datetime:
        """The present instant, with an offset."""
        ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until it is moved; keeps the offset it was given."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The instant the clock stands at."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the clock; a negative step is how a test turns it back."""
        self._at += by
