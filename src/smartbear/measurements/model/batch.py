"""A batch as it arrives, and every fault it can have."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from smartbear.contracts.people import Id
from smartbear.contracts.readings import MAX_READINGS, Entry
from smartbear.kit.errors import FieldError
from smartbear.measurements.model.filter import Allowed, MeasurementFilter, Range

MAX_PARTS = 10
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _instant(value: Any) -> datetime:
    """RFC 3339 §5.6, offset included: the device's local time matters. A number is no instant."""
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:  # a thirteenth month, a day the month does not have
            pass
    raise PydanticCustomError("instant", "An instant with its offset is needed: 2026-06-14T09:02:00+01:00.")


Instant = Annotated[
    datetime, PlainValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Code = Annotated[str, Field(max_length=40)]
Unit = Annotated[str, Field(max_length=20)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewPart(_Form):
    """A component of a reading."""

    code: Code
    value: Number
    unit: Unit


class NewReading(_Form):
    """A reading as the phone sends it: LOINC code, UCUM unit, either ``value`` or ``components``."""

    code: Code
    value: Number | None = None
    unit: Unit | None = None
    components: Annotated[tuple[NewPart, ...], Field(max_length=MAX_PARTS)] = ()
    measured_at: Instant
    stored_at: Instant | None = None
    entry: Entry


class NewBatch(_Form):
    """Readings of one person, from one device or typed by hand."""

    subject: Id | None = None
    """Whose readings they are; a participant leaves it out."""
    device_id: Id | None = None
    readings: Annotated[list[NewReading], Field(min_length=1, max_length=MAX_READINGS)]


def faults(batch: NewBatch, allowed: MeasurementFilter, now: datetime) -> list[FieldError]:
    """Everything the filter has against the batch, whatever the device is."""
    found: list[FieldError] = []
    for number, reading in enumerate(batch.readings):
        path = f"readings[{number}]"
        entry = allowed.allowed.get(reading.code)
        found += _time_faults(reading, allowed, now, path)
        if entry is None:
            found.append(FieldError(f"{path}.code", "unknown_code", "Readings of this code are not taken."))
        else:
            found += _entry_faults(reading, entry, batch.device_id, path)
            found += _value_faults(reading, entry, path)
    return found


def device_faults(batch: NewBatch, allowed: MeasurementFilter, category: str | None) -> list[FieldError]:
    """Readings that a device of this category cannot have made; None is a category nobody has told of yet."""
    return [
        FieldError(
            f"readings[{number}].code", "wrong_device", "A device of this category cannot measure this."
        )
        for number, reading in enumerate(batch.readings)
        if category is not None and category not in allowed.allowed[reading.code].senders
    ]


def _time_faults(
    reading: NewReading, allowed: MeasurementFilter, now: datetime, path: str
) -> Iterator[FieldError]:
    latest = now + allowed.ahead
    for name, at in (("measured_at", reading.measured_at), ("stored_at", reading.stored_at)):
        if at is not None and at > latest:
            yield FieldError(f"{path}.{name}", "in_the_future", "This time has not come yet.")
        elif at is not None and at < allowed.earliest:
            yield FieldError(f"{path}.{name}", "too_old", "No device of the platform can be this old.")


def _entry_faults(reading: NewReading, entry: Allowed, device: str | None, path: str) -> Iterator[FieldError]:
    if device is None and reading.entry == "device":
        yield FieldError(f"{path}.entry", "needs_device", "A device's reading needs the batch's device_id.")
    elif (device is None or reading.entry == "manual") and not entry.by_hand:
        yield FieldError(f"{path}.entry", "not_by_hand", "Readings of this code cannot be typed in.")


def _value_faults(reading: NewReading, entry: Allowed, path: str) -> Iterator[FieldError]:
    if entry.parts:
        yield from _part_faults(reading, entry, path)
        return
    if reading.components:
        yield FieldError(f"{path}.components", "unexpected", "Readings of this code have one value.")
    if reading.value is None:
        yield FieldError(f"{path}.value", "missing", "Readings of this code have a value.")
        return
    yield from _quantity_faults(reading.value, entry.range_of(reading.unit), path)


def _part_faults(reading: NewReading, entry: Allowed, path: str) -> Iterator[FieldError]:
    if reading.value is not None or reading.unit is not None:
        yield FieldError(f"{path}.value", "unexpected", "Readings of this code have components instead.")
    if sorted(part.code for part in reading.components) != sorted(part.code for part in entry.parts):
        needed = " and ".join(part.code for part in entry.parts)
        yield FieldError(f"{path}.components", "wrong_components", f"Each of {needed} is needed once.")
        return
    given = {part.code: part.value for part in reading.components}
    ranges = {part.code: part for part in entry.parts}
    for number, part in enumerate(reading.components):
        fits = ranges[part.code] if part.unit == ranges[part.code].unit else None
        yield from _quantity_faults(part.value, fits, f"{path}.components[{number}]")
    values = [given[part.code] for part in entry.parts]
    if entry.falling and any(upper <= lower for upper, lower in pairwise(values)):
        yield FieldError(f"{path}.components", "implausible", "Each component must be above the next.")


def _quantity_faults(value: float, fits: Range | None, path: str) -> Iterator[FieldError]:
    if fits is None:
        yield FieldError(f"{path}.unit", "unknown_unit", "This unit is not taken for this code.")
    elif not fits.holds(value):
        yield FieldError(
            f"{path}.value", "implausible", f"Plausible are {fits.low:g} to {fits.high:g} {fits.unit}."
        )
