"""How people stand: the state of each measure's newest reading, and the worst of each day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartbear.contracts.readings import MEASURES, Reading
from smartbear.decisions.model.limits import Limits, State

WEEK = 7
_RECENT = timedelta(days=WEEK)
RANKS: Mapping[State | None, int] = {None: 0, "optimal": 1, "threshold": 2, "extreme": 3}
"""Days are kept as ranks, so that the worst is the greatest."""
_OF_RANK: Mapping[int, str] = {0: "unknown", 1: "optimal", 2: "threshold", 3: "extreme"}


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest reading of a measure in a batch."""

    measure: str
    state: State | None
    since: datetime
    """Where the run of this state at the batch's end begins."""
    unbroken: bool
    """Whether that run is the whole batch, so that it may continue an earlier one."""
    last_reading_at: datetime


def newest(readings: Iterable[Reading], limits: Limits) -> list[Newest]:
    """One row for each measure in a batch."""
    by_measure: dict[str, list[tuple[datetime, State | None]]] = {}
    for reading in readings:
        if reading.code in MEASURES:
            judged = (reading.measured_at, limits.state(reading))
            by_measure.setdefault(MEASURES[reading.code], []).append(judged)
    return [
        _newest(measure, sorted(judged, key=lambda pair: pair[0])) for measure, judged in by_measure.items()
    ]


def _newest(measure: str, judged: Sequence[tuple[datetime, State | None]]) -> Newest:
    last_at, state = judged[-1]
    run = len(judged)
    while run > 1 and judged[run - 2][1] == state:
        run -= 1
    return Newest(measure, state, judged[run - 1][0], run == 1, last_at)


def marks(readings: Iterable[Reading], limits: Limits) -> dict[date, int]:
    """The rank of the worst reading of each of the device's days."""
    found: dict[date, int] = {}
    for reading in readings:
        if reading.code in MEASURES:
            day = reading.measured_at.date()
            found[day] = max(found.get(day, 0), RANKS[limits.state(reading)])
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """How one measure of a person stands."""

    measure: str
    state: State | None
    since: datetime
    last_reading_at: datetime


def overall(measured: Sequence[Measured], now: datetime) -> Measured | None:
    """The worst of the measures judged in the last seven days, of equals the one that began last."""
    recent = [one for one in measured if one.state and one.last_reading_at >= now - _RECENT]
    return max(recent, key=lambda one: (RANKS[one.state], one.since), default=None)


def week(ranks: Mapping[date, int], known_since: date | None, today: date) -> list[tuple[date, str]]:
    """Seven days, today last: the worst state, or whether a reading was expected from who took part."""
    days = [today - timedelta(days=back) for back in reversed(range(WEEK))]
    return [(day, _mark(ranks.get(day), day, known_since)) for day in days]


def _mark(rank: int | None, day: date, known_since: date | None) -> str:
    if rank is not None:
        return _OF_RANK[rank]
    return "expected" if known_since is not None and known_since <= day else "none"
