"""Bands of values, and on which side of them a value lies."""

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Band(BaseModel):
    """From ``low`` to ``high``, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        return self

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band."""
        return self.low <= value <= self.high

    def encloses(self, inner: "Band") -> bool:
        """Whether the other band lies in this one; edges may touch."""
        return self.low <= inner.low and inner.high <= self.high


@dataclass(frozen=True, slots=True)
class Bounds:
    """What makes a value extreme, and what makes it red: below ``red.low``, or at ``red.high`` or above."""

    extreme: Band
    red: Band | None

    def is_red(self, value: float) -> bool:
        """Whether the value is beyond the red floor."""
        return self.red is not None and (value < self.red.low or value >= self.red.high)

    def is_extreme(self, value: float) -> bool:
        """Whether the value asks for a second look; whatever is red does."""
        return not self.extreme.holds(value) or self.is_red(value)

    def is_above(self, value: float) -> bool:
        """Whether the value is extreme because it is high."""
        return value > self.extreme.high or (self.red is not None and value >= self.red.high)

    def asking(self) -> Band:
        """The band outside which a value is extreme, red floor taken in."""
        if self.red is None:
            return self.extreme
        return Band(low=max(self.extreme.low, self.red.low), high=min(self.extreme.high, self.red.high))
