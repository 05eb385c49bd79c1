"""From extreme readings to what must happen: the state machine of «repeat, then alert».

    extreme ─► AWAITING ──── none by the deadline ────► NO_REPEAT (warning)
                  │  normal repeat ───────────────────► CLEARED
                  │  extreme repeat, red floor kept ──► CONFIRMED (warning)
                  └─ extreme repeat beyond the floor ─► RED (alert)

Extreme readings that follow each other within the window make one episode. Its outcome is the worst that any
pair of them, or a normal repeat, gives, so it is a function of the *set* of readings and of device time: in
whichever order the same readings arrive, and however often, the same outcome results, and a further reading
never takes an alert back; only a person closes one. What was older than the window when it was received moves
nothing and is only RECORDED.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise

from smartbear.decisions.model.pressure import Judge, Pressure


class Outcome(IntEnum):
    """What an episode has come to; an episode only ever moves to a higher one."""

    RECORDED = 0
    AWAITING = 1
    NO_REPEAT = 2
    CLEARED = 3
    CONFIRMED = 4
    RED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One episode as the readings tell it."""

    outcome: Outcome
    readings: tuple[Pressure, ...]
    """The extreme ones, by device time."""
    question: Pressure
    """The reading that asked."""
    answer: Pressure | None
    """The reading that decided, if one has."""
    deadline: datetime
    """Until when a repeat was or is awaited; a device's clock that runs ahead does not put it off."""


def findings(pressures: Iterable[Pressure], judge: Judge, now: datetime) -> list[Finding]:
    """The episodes in some readings of one person, by device time."""
    ordered = sorted(pressures, key=lambda reading: (reading.measured_at, reading.reading_id))
    extreme = [reading for reading in ordered if judge.is_extreme(reading)]
    normal = [reading for reading in ordered if not judge.is_extreme(reading)]
    return [_finding(chain, normal, judge, now) for chain in _chains(extreme, judge.window)]


def _chains(extreme: Sequence[Pressure], window: timedelta) -> Iterator[list[Pressure]]:
    """Runs of readings with no gap longer than the window."""
    chain = list(extreme[:1])
    for before, reading in pairwise(extreme):
        if reading.measured_at - before.measured_at > window:
            yield chain
            chain = []
        chain.append(reading)
    if chain:
        yield chain


def _finding(chain: Sequence[Pressure], normal: Sequence[Pressure], judge: Judge, now: datetime) -> Finding:
    fresh = [reading for reading in chain if reading.is_fresh(judge.window)]
    red = _repeat(chain, (reading for reading in fresh if judge.is_red(reading)), judge)
    pair, outcome = red or _repeat(chain, fresh, judge), Outcome.RED if red else Outcome.CONFIRMED
    if pair is None:
        calm = (reading for reading in normal if reading.is_fresh(judge.window))
        pair, outcome = _repeat(chain, calm, judge), Outcome.CLEARED
    first = fresh[0] if fresh else chain[0]
    asked_at = min(min(reading.measured_at, reading.received_at) for reading in fresh or chain)
    deadline = asked_at + judge.window
    if pair is not None:
        return Finding(outcome, tuple(chain), *pair, deadline)
    waiting = Outcome.AWAITING if now < deadline else Outcome.NO_REPEAT
    return Finding(waiting if fresh else Outcome.RECORDED, tuple(chain), first, None, deadline)


def _repeat(
    chain: Sequence[Pressure], answers: Iterable[Pressure], judge: Judge
) -> tuple[Pressure, Pressure] | None:
    """The first of ``answers`` that repeats a reading of the chain, after the first that it repeats."""
    for answer in answers:
        for question in chain:
            if answer.repeats(question, judge.window):
                return question, answer
    return None
