"""Thirty plausible days of readings, the same for the same seed and the same last day.

The scatter is modest and autocorrelated only through the hour of the day: enough for charts and rules to have
something true to life to show, and no more. Values keep the resolution of a household device.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smartbear.contracts import readings as codes
from smartbear.operations.demo.pilot import Participant

DAYS = 30
_MANUAL_SHARE = 0.06  # of blood pressures, typed in from a device without Bluetooth
_BREATH_BEFORE_STORING = timedelta(seconds=9)

Draw = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Made:
    """A reading as the phone would send it, and the category of the device that made it."""

    category: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Source:
    """How one kind of reading comes about: when in the day, how surely, with which value."""

    category: str
    code: str
    at: tuple[time, ...]
    share: float
    make: Callable[[Participant, time, Draw], dict[str, Any]]


def thirty_days(participant: Participant, number: int, until: datetime, zone: ZoneInfo) -> Iterator[Made]:
    """Readings of the thirty days before ``until``, oldest first within each source."""
    today = until.astimezone(zone).date()
    for source in _SOURCES:
        for back in range(DAYS, -1, -1):
            if _is_silent(participant, back):
                continue
            chance = random.Random(f"{number}/{source.code}/{back}")  # noqa: S311 - made-up readings
            for planned in source.at:
                jitter = timedelta(minutes=chance.uniform(-20, 20))
                at = datetime.combine(today - timedelta(days=back), planned, zone) + jitter
                if chance.random() < source.share and at < until - timedelta(minutes=2):
                    yield Made(source.category, _body(source, participant, at, chance))


def _is_silent(participant: Participant, back: int) -> bool:
    if back < participant.silent:
        return True
    if participant.gap is None:
        return False
    began, length = participant.gap
    return began - length < back <= began


def _body(source: _Source, participant: Participant, at: datetime, chance: random.Random) -> dict[str, Any]:
    typed = source.code == codes.BLOOD_PRESSURE and chance.random() < _MANUAL_SHARE
    measured = at.replace(microsecond=0)
    return {
        "code": source.code,
        **source.make(participant, at.timetz(), chance.gauss),
        "measured_at": measured.isoformat(),
        "stored_at": (measured + _BREATH_BEFORE_STORING).isoformat(),
        "entry": "manual" if typed else "device",
    }


def _quantity(value: float, unit: str, digits: int = 0) -> dict[str, Any]:
    return {"value": round(value, digits) if digits else round(value), "unit": unit}


def _pressure(participant: Participant, at: time, draw: Draw) -> dict[str, Any]:
    evening = 1 if at.hour > 12 else 0  # noqa: PLR2004 - noon
    systolic = draw(participant.systolic - evening, 2.3)
    diastolic = draw(participant.diastolic - evening / 2, 2.0)
    return {
        "components": [
            {"code": codes.SYSTOLIC, **_quantity(systolic, "mm[Hg]")},
            {"code": codes.DIASTOLIC, **_quantity(diastolic, "mm[Hg]")},
        ]
    }


def _pulse(participant: Participant, at: time, draw: Draw) -> dict[str, Any]:
    asleep = -9 if at.hour < 7 else 0  # noqa: PLR2004 - seven in the morning
    return _quantity(draw(participant.pulse + asleep, 4.5), "/min")


def _hours(*hours: int) -> tuple[time, ...]:
    return tuple(time(hour, 30) for hour in hours)


_SOURCES = (
    _Source("blood_pressure", codes.BLOOD_PRESSURE, _hours(8, 20), 0.93, _pressure),
    _Source("smartwatch", codes.HEART_RATE, _hours(*range(24)), 0.96, _pulse),
    _Source(
        "oximeter",
        codes.OXYGEN,
        _hours(9, 21),
        0.85,
        lambda _p, _at, draw: _quantity(min(99, draw(96.5, 0.8)), "%"),
    ),
    _Source(
        "thermometer",
        codes.TEMPERATURE,
        _hours(10),
        0.6,
        lambda _p, _at, draw: _quantity(draw(36.5, 0.2), "Cel", 1),
    ),
    _Source(
        "scale", codes.WEIGHT, _hours(7), 0.8, lambda p, _at, draw: _quantity(draw(p.weight, 0.3), "kg", 1)
    ),
    _Source(
        "smartwatch", codes.SLEEP, _hours(6), 0.9, lambda _p, _at, draw: _quantity(draw(6.6, 0.7), "h", 1)
    ),
    _Source(
        "smartwatch",
        codes.STEPS,
        _hours(23),
        0.95,
        lambda _p, _at, draw: _quantity(abs(draw(4200, 1300)), "{steps}"),
    ),
)
