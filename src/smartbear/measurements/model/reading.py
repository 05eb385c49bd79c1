"""A reading on its way into the table: what tells it from another, and its numbers in the unit of series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from smartbear.contracts.readings import Component, Reading
from smartbear.measurements.model.batch import NewBatch, NewReading
from smartbear.measurements.model.filter import Allowed, MeasurementFilter


@dataclass(frozen=True, slots=True)
class Row:
    """A reading and what the table adds to it."""

    reading: Reading
    signature: str
    """The values as a text; with subject, device, code and instant it identifies the measurement."""
    amount: float
    """The value, or the first part, in the filter's first unit."""
    amount2: float | None
    """The second part."""
    category: str
    """The kind of source it is counted under."""

    @property
    def day(self) -> date:
        """The device's own day."""
        return self.reading.measured_at.date()


def rows(
    batch: NewBatch,
    subject: str,
    allowed: MeasurementFilter,
    category: str | None,
    now: datetime,
    new_id: Callable[[], str],
) -> list[Row]:
    """The rows of a batch without faults, in its order."""
    return [
        _row(new, allowed.allowed[new.code], subject, batch.device_id, category, now, new_id())
        for new in batch.readings
    ]


def _row(
    new: NewReading,
    entry: Allowed,
    subject: str,
    device: str | None,
    category: str | None,
    now: datetime,
    reading_id: str,
) -> Row:
    parts = tuple(
        Component(code=part.code, value=part.value + 0.0, unit=part.unit) for part in new.components
    )
    value = None if new.value is None else new.value + 0.0  # -0.0 is 0.0
    reading = Reading(
        reading_id=reading_id,
        subject=subject,
        device_id=device,
        code=new.code,
        value=value,
        unit=new.unit,
        components=parts,
        measured_at=new.measured_at,
        stored_at=new.stored_at,
        received_at=now,
        entry=new.entry,
    )
    amounts = _amounts(reading, entry)
    return Row(
        reading=reading,
        signature=_signature(value, new.unit, parts),
        amount=amounts[0],
        amount2=amounts[1] if len(amounts) > 1 else None,
        category=category or entry.category,
    )


def _signature(value: float | None, unit: str | None, parts: Sequence[Component]) -> str:
    if value is not None:
        return f"{value!r} {unit}"
    return ";".join(sorted(f"{part.code}={part.value!r} {part.unit}" for part in parts))


def _amounts(reading: Reading, entry: Allowed) -> list[float]:
    fits = entry.range_of(reading.unit)
    if reading.value is not None and fits is not None:
        return [reading.value / fits.per]
    values = {part.code: part.value for part in reading.components}
    return [values[part.code] for part in entry.parts]
