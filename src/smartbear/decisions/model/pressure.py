"""A blood pressure as the rules see it, and how they judge one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from smartbear.contracts.readings import DIASTOLIC, SYSTOLIC, Reading
from smartbear.decisions.model.band import Bounds
from smartbear.decisions.model.limits import Limits, Part
from smartbear.decisions.model.rule import Rule

_SAME_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pressure:
    """One measurement, mm[Hg]."""

    reading_id: str
    device_id: str | None
    systolic: float
    diastolic: float
    measured_at: datetime
    received_at: datetime

    @classmethod
    def of(cls, reading: Reading) -> Self | None:
        """The pressure in a reading; None if it is about something else."""
        systolic, diastolic = reading.component(SYSTOLIC), reading.component(DIASTOLIC)
        if systolic is None or diastolic is None:
            return None
        return cls(
            reading_id=reading.reading_id,
            device_id=reading.device_id,
            systolic=systolic,
            diastolic=diastolic,
            measured_at=reading.measured_at,
            received_at=reading.received_at,
        )

    def is_fresh(self, window: timedelta) -> bool:
        """Whether it came in while somebody could still act on it: no older than the window at receipt."""
        return self.received_at - self.measured_at <= window

    def repeats(self, earlier: "Pressure", window: timedelta) -> bool:
        """Whether it answers an earlier one: a later measurement within the window, edge included.

        One device cannot measure twice at one instant. What is typed by hand and what the device itself sends
        within a minute of each other are two records of one measurement.
        """
        after = self.measured_at - earlier.measured_at
        one_source = self.device_id == earlier.device_id
        return timedelta(0) < after <= window and (one_source or after >= _SAME_MINUTE)


@dataclass(frozen=True, slots=True)
class Judge:
    """A rule with a person's limits, which take the place of the rule's bands where they are set."""

    rule: Rule
    limits: Limits

    @property
    def window(self) -> timedelta:
        """How long a repeat counts."""
        return self.rule.window

    def is_extreme(self, pressure: Pressure) -> bool:
        """Whether either value asks for a repeat."""
        systolic, diastolic = self._bounds(pressure.measured_at)
        return systolic.is_extreme(pressure.systolic) or diastolic.is_extreme(pressure.diastolic)

    def is_red(self, pressure: Pressure) -> bool:
        """Whether either value is beyond the red floor."""
        systolic, diastolic = self._bounds(pressure.measured_at)
        return systolic.is_red(pressure.systolic) or diastolic.is_red(pressure.diastolic)

    def limit(self, pressure: Pressure, *, red: bool) -> tuple[float, float]:
        """Systolic and diastolic limit the pressure broke: the upper ones unless it is only too low."""
        both = self._bounds(pressure.measured_at)
        bands = [bounds.red if red and bounds.red else bounds.asking() for bounds in both]
        values = (pressure.systolic, pressure.diastolic)
        too_high = any(bounds.is_above(value) for bounds, value in zip(both, values, strict=True))
        systolic, diastolic = (band.high if too_high else band.low for band in bands)
        return systolic, diastolic

    def _bounds(self, at: datetime) -> tuple[Bounds, Bounds]:
        return self._part("systolic", at), self._part("diastolic", at)

    def _part(self, part: Part, at: datetime) -> Bounds:
        floors = self.rule.systolic if part == "systolic" else self.rule.diastolic
        personal = self.limits.set_for(self.rule.measure, part, at)
        if personal is None:
            return floors.bounds()
        return Bounds(personal.extreme, personal.red or floors.red)
