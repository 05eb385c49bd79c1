"""The order and the pages of a list of participants."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from smartbear.contracts.decisions import Standing
from smartbear.users.model.participants import Participant

Sort = Literal["flagged", "id", "age", "status", "last_reading"]
Order = Literal["asc", "desc"]
State = Literal["optimal", "threshold", "extreme", "unknown"]

STATES: tuple[State, ...] = ("optimal", "threshold", "extreme", "unknown")
_URGENCY = {"red": 3, "repeat": 2, "warning": 1}
_CONCERN = {"extreme": 3, "threshold": 2, "unknown": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """A participant and how that person stands, if anybody knows."""

    participant: Participant
    standing: Standing | None

    @property
    def state(self) -> State:
        """The state a page shows and filters by: nobody's judgement is «unknown»."""
        return self.standing.state if self.standing else "unknown"


def counts(rows: Sequence[Row]) -> dict[State, int]:
    """How many rows are in each state."""
    found = Counter(row.state for row in rows)
    return {state: found[state] for state in STATES}


def ordered(rows: Sequence[Row], sort: Sort, order: Order) -> list[Row]:
    """Sorted by ``sort``; equal ones keep the order they came in, also with ``desc``."""
    return sorted(rows, key=_KEYS[sort], reverse=order == "desc")


def _flagged(row: Row) -> tuple[int, int, int]:
    alert = row.standing.alert if row.standing else None
    urgency = _URGENCY.get(alert.level, 0) if alert else 0
    unseen = int(alert is not None and alert.acknowledged_at is None)
    return (-urgency, -unseen, -_CONCERN.get(row.state, 0))


def _last_reading(row: Row) -> float:
    heard = row.standing.last_reading_at if row.standing else None
    return heard.timestamp() if heard else float("-inf")


_KEYS: dict[Sort, Callable[[Row], Any]] = {
    "flagged": _flagged,
    "id": lambda row: int(row.participant.id.removeprefix("SB-")),
    "age": lambda row: row.participant.age or 0,
    "status": lambda row: row.participant.status,
    "last_reading": _last_reading,
}
