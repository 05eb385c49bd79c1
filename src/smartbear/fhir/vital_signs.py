"""A reading of a device as an Observation (https://hl7.org/fhir/R4/observation-vitalsigns.html).

Three times are kept apart, as the SMART BEAR guide asks: `effectiveDateTime` is when the device measured,
with the device's own offset; the extension LoadedIntoApp when the app stored it; `issued` when it reached us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from smartbear.kit.errors import FieldError, Unprocessable

LOADED_INTO_APP = "https://smart-bear.eu/fhir/StructureDefinition/LoadedIntoApp"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
URI = "urn:ietf:rfc:3986"  # the system of identifiers that are URIs themselves
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
TEST_DATA = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}

_PROFILES = "http://hl7.org/fhir/StructureDefinition/"
_UNITS = {"mm[Hg]": "mmHg", "Cel": "°C", "{steps}": "steps"}  # others are readable as they are


class Part(Protocol):
    """A value with a code of its own inside a reading."""

    @property
    def code(self) -> str:
        """LOINC."""

    @property
    def value(self) -> float:
        """In `unit`."""

    @property
    def unit(self) -> str:
        """UCUM."""


class DeviceReading(Protocol):
    """What is needed of a reading; either `value` and `unit` or `components` are there."""

    @property
    def reading_id(self) -> str:
        """UUID."""

    @property
    def subject(self) -> str:
        """Id of the Patient."""

    @property
    def device_id(self) -> str | None:
        """Id of the Device; none for what was typed in without one."""

    @property
    def code(self) -> str:
        """LOINC."""

    @property
    def value(self) -> float | None:
        """In `unit`."""

    @property
    def unit(self) -> str | None:
        """UCUM."""

    @property
    def components(self) -> Sequence[Part]:
        """Systolic and diastolic of a blood pressure."""

    @property
    def measured_at(self) -> datetime:
        """By the device's clock, in its own offset."""

    @property
    def stored_at(self) -> datetime | None:
        """When the app stored it."""

    @property
    def received_at(self) -> datetime:
        """When the platform accepted it."""

    @property
    def entry(self) -> str:
        """`device`, `manual` or `simulated`."""


@dataclass(frozen=True, slots=True)
class _Measure:
    text: str
    category: str = "vital-signs"
    profile: str = ""
    also: str = ""
    """A second LOINC code that says how it was measured."""


_MEASURES = {
    "85354-9": _Measure("Blood pressure", profile="bp"),
    "8480-6": _Measure("Systolic blood pressure"),
    "8462-4": _Measure("Diastolic blood pressure"),
    "8867-4": _Measure("Heart rate", profile="heartrate"),
    "2708-6": _Measure("Oxygen saturation", profile="oxygensat", also="59408-5"),
    "8310-5": _Measure("Body temperature", profile="bodytemp"),
    "29463-7": _Measure("Body weight", profile="bodyweight"),
    "41950-7": _Measure("Steps in a day", category="activity"),
    "93832-4": _Measure("Sleep duration", category="activity"),
}


def observation(reading: DeviceReading) -> dict[str, Any]:
    """The Observation of a reading, under the reading's id: the same reading gives the same resource.

    Readings typed in by hand name the participant as performer; simulated ones are tagged as test data.
    Refuses codes that are not among the platform's measures.
    """
    measure = _measure(reading.code, "code")
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": reading.reading_id,
        "identifier": [{"system": URI, "value": f"urn:uuid:{reading.reading_id}"}],
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": measure.category}]}],
        "code": _concept(reading.code, measure),
        "subject": {"reference": f"Patient/{reading.subject}"},
        "effectiveDateTime": reading.measured_at.isoformat(),
        "issued": reading.received_at.isoformat(),
    }
    return resource | _meta(reading, measure) | _origin(reading) | _result(reading)


def _measure(code: str, path: str) -> _Measure:
    if code not in _MEASURES:
        problem = FieldError(path, "unknown_code", "is not the code of a measure the platform keeps")
        raise Unprocessable(errors=(problem,))
    return _MEASURES[code]


def _concept(code: str, measure: _Measure) -> dict[str, Any]:
    codes = [code, measure.also] if measure.also else [code]
    return {"coding": [{"system": LOINC, "code": each} for each in codes], "text": measure.text}


def _meta(reading: DeviceReading, measure: _Measure) -> dict[str, Any]:
    profile = {"profile": [_PROFILES + measure.profile]} if measure.profile else {}
    tag = {"tag": [TEST_DATA]} if reading.entry == "simulated" else {}
    meta = profile | tag
    return {"meta": meta} if meta else {}


def _origin(reading: DeviceReading) -> dict[str, Any]:
    origin: dict[str, Any] = {}
    if reading.stored_at:
        stored = {"url": LOADED_INTO_APP, "valueDateTime": reading.stored_at.isoformat()}
        origin["extension"] = [stored]
    if reading.device_id:
        origin["device"] = {"reference": f"Device/{reading.device_id}"}
    if reading.entry == "manual":
        origin["performer"] = [{"reference": f"Patient/{reading.subject}"}]
    return origin


def _result(reading: DeviceReading) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if reading.value is not None and reading.unit is not None:
        result["valueQuantity"] = _quantity(reading.value, reading.unit)
    if reading.components:
        result["component"] = [
            {
                "code": _concept(part.code, _measure(part.code, f"components[{index}].code")),
                "valueQuantity": _quantity(part.value, part.unit),
            }
            for index, part in enumerate(reading.components)
        ]
    return result


def _quantity(value: float, unit: str) -> dict[str, Any]:
    """Whole numbers stay whole; others are written with the digits they were sent with."""
    number = int(value) if value == int(value) else Decimal(str(value))
    return {"value": number, "unit": _UNITS.get(unit, unit), "system": UCUM, "code": unit}
