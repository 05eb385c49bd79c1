"""Token buckets: how many requests a caller may make."""

from dataclasses import dataclass, field

_BURST = 10.0  # seconds' worth of requests that may come at once
_MOST = 50_000  # callers remembered; more means an attack, and the oldest are forgotten


@dataclass(slots=True)
class Buckets:
    """One bucket for each caller, filled at ``rate`` a second."""

    rate: float
    _filled: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, caller: str, now: float) -> float:
        """0 if the request may go on, else the seconds until one may. ``now`` is monotonic seconds."""
        level, at = self._filled.pop(caller, (self.rate * _BURST, now))
        level = min(self.rate * _BURST, level + (now - at) * self.rate)
        allowed = level >= 1
        self._filled[caller] = (level - 1 if allowed else level, now)
        if len(self._filled) > _MOST:
            del self._filled[next(iter(self._filled))]
        return 0.0 if allowed else (1 - level) / self.rate
