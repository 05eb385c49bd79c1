"""The measurement filter: the readings the platform takes, read from a versioned file."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

Day = Literal["mean", "sum", "max"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(_Entry):
    """Plausible values in one unit, both ends included."""

    unit: str
    low: float
    high: float
    per: float = 1.0
    """So many of this unit make one of the first unit of the list."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high or self.per <= 0:
            raise ValueError("low must be below high, and per above zero")
        return self

    def holds(self, value: float) -> bool:
        """Whether the value is plausible."""
        return self.low <= value <= self.high


class Part(Range):
    """A component with a code of its own."""

    code: str


class Allowed(_Entry):
    """One kind of reading."""

    code: str
    name: str
    units: tuple[Range, ...] = ()
    parts: tuple[Part, ...] = ()
    falling: bool = False
    """Each part must be above the next, as systolic is above diastolic pressure."""
    senders: tuple[str, ...]
    """Categories of devices."""
    by_hand: bool
    day: Day

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if bool(self.units) == bool(self.parts):
            raise ValueError("an entry has either units or parts")
        return self

    def range_of(self, unit: str | None) -> Range | None:
        """The plausible range in a unit; None if the unit is not taken."""
        return next((found for found in self.units if found.unit == unit), None)

    @property
    def category(self) -> str:
        """Where a reading typed by hand is counted: with the device that would have sent it."""
        return self.senders[0] if self.senders else "by_hand"


class MeasurementFilter(_Entry):
    """All kinds of readings the platform takes, and when a reading can have been measured."""

    version: int
    earliest: AwareDatetime
    ahead: timedelta
    """Tolerated lead of a device's clock over the server's."""
    allowed: Mapping[str, Allowed]
    """By code."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The filter in a TOML file; ValueError if the file is not one."""
        raw = tomllib.loads(text)
        entries = [Allowed(senders=entry.pop("from"), **entry) for entry in raw["allowed"]]
        by_code = {entry.code: entry for entry in entries}
        if len(by_code) != len(entries):
            raise ValueError("a code has two entries")
        return cls(
            version=raw["version"],
            earliest=raw["earliest"],
            ahead=timedelta(minutes=raw["ahead_minutes"]),
            allowed=by_code,
        )
