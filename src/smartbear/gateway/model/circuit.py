"""Circuit breakers: a component that fails again and again is left alone for a while."""

from dataclasses import dataclass

_FAILURES = 5  # one after another, which open the circuit
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 30.0  # seconds; doubled each time that a probe fails


@dataclass(slots=True)
class Circuit:
    """One component's. Moments are monotonic seconds.

    Open, it lets one request through after each pause: a probe. The first good answer closes it.
    """

    _failures: int = 0
    _pause: float = 0.0
    _until: float = 0.0
    _is_probed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether requests are kept away."""
        return self._pause > 0

    @property
    def has_failed(self) -> bool:
        """Whether anything has gone wrong since the last good answer."""
        return self._failures > 0

    def wait(self, now: float) -> float:
        """0 if the request may go on, else the seconds until one may."""
        if not self.is_open:
            return 0.0
        if now < self._until:
            return self._until - now
        self._until, self._is_probed = now + self._pause, True  # the others wait for this one
        return 0.0

    def failed(self, now: float) -> None:
        """A request has not been answered, or by a fault; one that began before it opened changes nothing."""
        self._failures += 1
        if self._failures >= _FAILURES and (self._is_probed or not self.is_open):
            self._pause = min(2 * self._pause, _LONGEST_PAUSE) or _FIRST_PAUSE
            self._until, self._is_probed = now + self._pause, False

    def succeeded(self) -> None:
        """A request has been answered."""
        self._failures, self._pause, self._is_probed = 0, 0.0, False
