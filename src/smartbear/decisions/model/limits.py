"""The limits a reading is held against: the platform's, or those set for the person when it was measured."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from smartbear.contracts.readings import DIASTOLIC, MEASURES, SYSTOLIC, Reading
from smartbear.decisions.model.band import Band, Bounds

Part = Literal["systolic", "diastolic"]
State = Literal["optimal", "threshold", "extreme"]

PARTS: dict[Part, str] = {"systolic": SYSTOLIC, "diastolic": DIASTOLIC}
_WORST: tuple[State, ...] = ("optimal", "threshold", "extreme")


class Limit(BaseModel):
    """The bands of one measure, or of one component of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: str
    component: Part | None = None
    unit: str
    optimal: Band
    extreme: Band
    red: Band | None = None

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if not self.extreme.encloses(self.optimal):
            raise ValueError("the optimal band must lie inside the extreme one")
        if self.red and not self.red.encloses(self.extreme):
            raise ValueError("the extreme band must lie inside the red floor")
        return self

    def state(self, value: float) -> State:
        """Where the value lies."""
        if Bounds(self.extreme, self.red).is_extreme(value):
            return "extreme"
        return "optimal" if self.optimal.holds(value) else "threshold"


class PersonalLimit(Limit):
    """A limit set for one person, in force for what is measured from ``since`` until the next one."""

    since: AwareDatetime
    set_by: str
    """Account of the case manager."""


def defaults(text: str) -> tuple[Limit, ...]:
    """The limits of a TOML file; ValueError if it has a fault."""
    return tuple(Limit.model_validate(entry) for entry in tomllib.loads(text)["limit"])


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one person."""

    platform: Sequence[Limit]
    personal: Sequence[PersonalLimit]
    """By ``since``, the oldest first."""

    def set_for(self, measure: str, component: Part | None, at: datetime) -> PersonalLimit | None:
        """The personal limit in force at an instant of device time."""
        found = (
            limit
            for limit in reversed(self.personal)
            if (limit.measure, limit.component) == (measure, component) and limit.since <= at
        )
        return next(found, None)

    def at(self, measure: str, component: Part | None, at: datetime) -> Limit | None:
        """The limit in force; None for a measure nobody judges by one value."""
        return self.set_for(measure, component, at) or self._platform(measure, component)

    def _platform(self, measure: str, component: Part | None) -> Limit | None:
        found = (limit for limit in self.platform if (limit.measure, limit.component) == (measure, component))
        return next(found, None)

    def state(self, reading: Reading) -> State | None:
        """The worst state of the reading's values; None if none of them is judged."""
        measure = MEASURES.get(reading.code, "")
        states = [
            limit.state(value)
            for component, value in _values(reading)
            if (limit := self.at(measure, component, reading.measured_at))
        ]
        return worst(states)


def worst(states: Iterable[State]) -> State | None:
    """The worst of some states; None of none."""
    return max(states, key=_WORST.index, default=None)


def _values(reading: Reading) -> list[tuple[Part | None, float]]:
    if reading.value is not None:
        return [(None, reading.value)]
    parts = ((part, reading.component(code)) for part, code in PARTS.items())
    return [(part, value) for part, value in parts if value is not None]
