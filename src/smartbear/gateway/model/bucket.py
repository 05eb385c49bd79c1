"""Token buckets: how many requests a caller may make, here and at all replicas together.

A bucket is one moment: until when requests are taken in advance (the generic cell rate algorithm). Each
request moves it on by the time that the rate gives it, and may not move it further than ten seconds ahead of
now. So replicas need exchange nothing but seconds that were used, whatever their clocks say.
"""

from dataclasses import dataclass, field

BURST = 10.0  # seconds' worth of requests that may come at once
_UNTOLD = 0.5  # seconds' worth taken here before the other replicas are told
_MOST = 50_000  # callers remembered; more means an attack, and those not heard of for longest are forgotten
_NOTHING = 1e-9  # seconds that rounding may add to many small steps


@dataclass(slots=True)
class _Bucket:
    until: float
    untold: float = 0.0


@dataclass(slots=True)
class Buckets:
    """One bucket for each caller. Moments are monotonic seconds of this process."""

    rate: float
    """Requests a second."""
    has_news: bool = False
    """Whether there is something to tell the other replicas."""
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _news: set[str] = field(default_factory=set)

    def wait(self, caller: str, now: float) -> float:
        """0 if the request may go on, else the seconds until one may."""
        bucket = self._buckets.pop(caller, None) or _Bucket(now)
        self._buckets[caller] = bucket
        if len(self._buckets) > _MOST:
            del self._buckets[next(iter(self._buckets))]
        cost = 1 / self.rate
        until, most = max(bucket.until, now) + cost, max(BURST, cost)
        if until - now > most + _NOTHING:
            return until - now - most
        bucket.until = until
        bucket.untold += cost
        if bucket.untold >= _UNTOLD:
            self._news.add(caller)
            self.has_news = True
        return 0.0

    def news(self) -> dict[str, float]:
        """Caller → seconds used that the other replicas do not know of; from now on they count as told."""
        told = {}
        for caller in self._news:
            if bucket := self._buckets.get(caller):
                told[caller], bucket.untold = bucket.untold, 0.0
        self._news.clear()
        self.has_news = False
        return told

    def learn(self, caller: str, ahead: float, now: float) -> None:
        """How far ahead of now all replicas together let a caller come; what is untold here comes on top."""
        if bucket := self._buckets.get(caller):
            bucket.until = now + ahead + bucket.untold
