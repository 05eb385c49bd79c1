"""Classes of requests: each has limits of its own, and a rank in which it is let go when it is too much."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A class of requests that count together."""

    name: str
    served_until: float
    """Share of what a process takes on at a time beyond which this class is sent away."""
    pause: int
    """Seconds after which those who were sent away may come again."""
    is_limited: bool = True
    """Whether requests count towards the caller's limits."""


ALARMS = Rate("alarms", 1.0, 1)
READINGS = Rate("readings", 0.9, 2)
SIGN_IN = Rate("sign-in", 0.8, 2)
MESSAGES = Rate("messages", 0.8, 5)
PAGES = Rate("pages", 0.7, 5)
RECORDS = Rate("records", 0.6, 5)
BULK = Rate("bulk", 0.5, 30)
HEALTH = Rate("health", float("inf"), 1, is_limited=False)
"""Asked by orchestrators, who end processes that do not answer: neither limited nor sent away."""
