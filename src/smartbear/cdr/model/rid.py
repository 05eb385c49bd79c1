"""Numbers of resources inside the repository: they sort by arrival and are never used again."""

from smartbear.kit.clock import Clock

_MAKER_BITS, _COUNT_BITS = 10, 11
_SHIFT = _MAKER_BITS + _COUNT_BITS
_COUNT_LIMIT = 1 << _COUNT_BITS


def first_rid(milliseconds: int) -> int:
    """The least number made at or after an instant, given in milliseconds since 1970."""
    return milliseconds << _SHIFT


class RidMaker:
    """Makes 63-bit numbers: 42 bits of milliseconds (until 2109), 10 of the maker, 11 of a counter.

    Two makers of different ``number`` never collide. When the counter is full, or the clock goes back, the
    maker runs ahead of the clock.
    """

    def __init__(self, number: int, clock: Clock) -> None:
        self._maker = number << _COUNT_BITS
        self._clock = clock
        self._milliseconds = 0
        self._count = 0

    def next(self) -> int:
        """A number greater than all this maker made before."""
        now = int(self._clock.now().timestamp() * 1000)
        if now > self._milliseconds:
            self._milliseconds, self._count = now, 0
        elif self._count == _COUNT_LIMIT:
            self._milliseconds, self._count = self._milliseconds + 1, 0
        rid = first_rid(self._milliseconds) | self._maker | self._count
        self._count += 1
        return rid
