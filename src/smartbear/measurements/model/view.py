"""Readings as they are shown: a page of them, and a tile and a series for each measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from smartbear.contracts.readings import MEASURES, Reading
from smartbear.measurements.model.filter import MeasurementFilter

_DIGITS = 2  # of a day's mean; devices give at most one


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading with where it came from."""

    reading: Reading
    batch_id: str
    label: str | None
    """The device's, once it is known here."""

    def document(self) -> dict[str, Any]:
        """The JSON of the API."""
        device = {"id": self.reading.device_id, "label": self.label} if self.reading.device_id else None
        return {**self.reading.model_dump(mode="json"), "device": device, "batch_id": self.batch_id}


@dataclass(frozen=True, slots=True)
class Tile:
    """One day of one code: the ways to make one value of it, in the filter's first unit."""

    code: str
    at: datetime
    """The day's last measurement, in device time."""
    totals: Mapping[str, float]
    mean2: float | None


def summary(
    latest: Mapping[str, StoredReading], tiles: Sequence[Tile], allowed: MeasurementFilter
) -> list[dict[str, Any]]:
    """Every measure of the platform with its newest reading and one point for each day that has any."""
    return [
        {
            "measure": measure,
            "code": code,
            "latest": latest[code].document() if code in latest else None,
            "series": [_point(tile, allowed) for tile in tiles if tile.code == code],
        }
        for code, measure in MEASURES.items()
    ]


def _point(tile: Tile, allowed: MeasurementFilter) -> dict[str, Any]:
    value = tile.totals[allowed.allowed[tile.code].day]
    point = {"at": tile.at.isoformat(), "value": round(value, _DIGITS)}
    if tile.mean2 is not None:
        point["value2"] = round(tile.mean2, _DIGITS)
    return point


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the people with a device of a category sent anything on a day."""

    category: str
    day: date
    expected: int
    came: int


def arrivals(days: Sequence[date], shares: Sequence[Share], total: int) -> dict[str, Any]:
    """One row for each category somebody had a device of; None where nobody did on that day."""
    by_place = {(share.category, share.day): share for share in shares}
    rows = [
        {"category": category, "shares": [_share(by_place.get((category, day))) for day in days]}
        for category in sorted({share.category for share in shares})
    ]
    return {"days": [day.isoformat() for day in days], "rows": rows, "total_readings": total}


def _share(share: Share | None) -> float | None:
    if share is None or not share.expected:
        return None
    return round(share.came / share.expected, _DIGITS)
