"""How much a process has to do, and whom it sends away first."""

from dataclasses import dataclass

from smartbear.gateway.model.rates import Rate
from smartbear.kit.errors import Unavailable

_NEWEST = 0.3  # weight of the newest look at the lag: one long computation is no overload
_SENT_AWAY = "The platform has too much to do right now. Please send the same request again."


@dataclass(slots=True)
class Pressure:
    """Requests that wait for the beginning of their answer, and how late the process is."""

    most: int
    """Requests at a time."""
    latest: float = 2.0
    """Seconds that everything comes late in a process that can take on no more."""
    waiting: int = 0
    lag: float = 0.0
    """Seconds, averaged."""

    def look(self, late: float) -> None:
        """Something that was due has been done ``late`` seconds after that."""
        self.lag += _NEWEST * (late - self.lag)

    def admit(self, rate: Rate) -> None:
        """Unavailable if a request of this class, which waits already, is to come again later."""
        if max(self.waiting / self.most, self.lag / self.latest) > rate.served_until:
            raise Unavailable(_SENT_AWAY, retry_after=rate.pause)
