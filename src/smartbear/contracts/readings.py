"""One reading of a device, in the words every component shares."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Entry = Literal["device", "manual", "simulated"]

MAX_READINGS = 1000
"""Readings one batch may hold."""

BLOOD_PRESSURE, SYSTOLIC, DIASTOLIC = "85354-9", "8480-6", "8462-4"
HEART_RATE, OXYGEN, TEMPERATURE, WEIGHT = "8867-4", "2708-6", "8310-5", "29463-7"
STEPS, SLEEP = "41950-7", "93832-4"

MEASURES: dict[str, str] = {
    BLOOD_PRESSURE: "blood_pressure",
    HEART_RATE: "heart_rate",
    OXYGEN: "oxygen",
    TEMPERATURE: "temperature",
    WEIGHT: "weight",
    STEPS: "steps",
    SLEEP: "sleep",
}
"""LOINC code → the measure's name in APIs and pages."""


class Component(BaseModel):
    """A part of a reading that has its own code, such as systolic pressure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    value: float
    unit: str


class Reading(BaseModel):
    """A reading as accepted. Codes are LOINC, units UCUM; either ``value`` or ``components`` is present."""

    model_config = ConfigDict(frozen=True)

    reading_id: str
    subject: str
    """Repository id of the participant."""
    device_id: str | None = None
    code: str
    value: float | None = None
    unit: str | None = None
    components: tuple[Component, ...] = ()
    measured_at: AwareDatetime
    """When the device measured, with the device's own offset."""
    stored_at: AwareDatetime | None = None
    """When the app stored it."""
    received_at: datetime
    entry: Entry

    def component(self, code: str) -> float | None:
        """The value of a component, if it is there."""
        return next((part.value for part in self.components if part.code == code), None)
