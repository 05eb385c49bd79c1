"""Dates, date-times and times of day that know how precise they are (FHIRPath N1, sections 2.1.6 and 6.2).

Each value covers a span of seconds. Comparing spans has three answers: before or after, the same, and
«cannot be known» where values of different precision overlap. Where one side has a time-zone offset and the
other has not, the silent side may be anywhere from UTC-12 to UTC+14. Seconds and their fraction are one
precision.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["Date", "DateTime", "Time"]
Part = int | Decimal

EASTMOST = 14 * 60  # minutes east of UTC: the largest offset in use
WESTMOST = -12 * 60

_DAY = r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?"
_CLOCK = r"(\d{2})(?::(\d{2})(?::(\d{2}(?:\.\d+)?))?)?"
_SHAPES: dict[Kind, re.Pattern[str]] = {
    "Date": re.compile(_DAY, re.ASCII),
    "DateTime": re.compile(rf"{_DAY}(?:T(?:{_CLOCK}(Z|[+-]\d{{2}}:\d{{2}})?)?)?", re.ASCII),
    "Time": re.compile(_CLOCK, re.ASCII),
}
_CALENDAR = ((1, 9999), (1, 12), (1, 31))
_TIME = ((0, 23), (0, 59), (0, 60))  # second 60 is a leap second
_UNITS = (86400, 3600, 60)  # seconds that a value precise to the day, hour or minute lasts
_DATE_PARTS = 3


@dataclass(frozen=True, slots=True)
class Temporal:
    """``parts`` from the coarsest to the finest known; the seconds are a ``Decimal`` that keeps its digits.

    ``offset`` is in minutes east of UTC, for date-times only.
    """

    kind: Kind
    parts: tuple[Part, ...]
    offset: int | None = None

    def __str__(self) -> str:
        if self.kind == "Time":
            return _clock(self.parts)
        text = "-".join(f"{part:0{width}}" for part, width in zip(self.parts, (4, 2, 2), strict=False))
        if len(self.parts) > _DATE_PARTS:
            text += f"T{_clock(self.parts[_DATE_PARTS:])}{_zone(self.offset)}"
        return text

    def span(self) -> tuple[Decimal, Decimal]:
        """Local seconds since the year 1 (times of day: since midnight), from the first to after the last.

        Both are the same when the value is precise to the second.
        """
        day = 0 if self.kind == "Time" else self._day() * _UNITS[0]
        clock = self.parts if self.kind == "Time" else self.parts[_DATE_PARTS:]
        seconds = (Decimal(part) * unit for part, unit in zip(clock, (3600, 60, 1), strict=False))
        start = sum(seconds, Decimal(day))
        if self.kind != "Time" and not clock:
            return start, Decimal(self._day_after() * _UNITS[0])
        return start, start + (_UNITS[len(clock)] if len(clock) < len(_UNITS) else 0)

    def _day(self) -> int:
        year, month, day = (*self.parts, 1, 1)[:_DATE_PARTS]
        return date(int(year), int(month), int(day)).toordinal()

    def _day_after(self) -> int:
        year, month, *_ = (int(part) for part in (*self.parts, 12))
        days = {1: 365 + _is_leap(year), 2: monthrange(year, month)[1]}.get(len(self.parts), 1)
        return self._day() + days


def _is_leap(year: int) -> bool:
    return monthrange(year, 2)[1] == 29  # noqa: PLR2004 - the leap day


def _clock(parts: tuple[Part, ...]) -> str:
    # a Decimal formatted without its exponent keeps the digits it was written with
    return ":".join(
        f"{part:02}" if isinstance(part, int) else f"{part:f}".zfill(_width(part)) for part in parts
    )


def _width(second: Decimal) -> int:
    digits = -int(second.as_tuple().exponent)
    return digits + 3 if digits else 2


def _zone(offset: int | None) -> str:
    if offset is None:
        return ""
    return "Z" if offset == 0 else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def parse(kind: Kind, text: str) -> Temporal | None:
    """``None`` when the text is not of this kind's shape or names a day or hour that does not exist.

    Date-times may end in a bare ``T`` (``2015T``), as in literals.
    """
    match = _SHAPES[kind].fullmatch(text)
    if match is None:
        return None
    *groups, zone = match.groups() if kind == "DateTime" else (*match.groups(), None)
    known = [group for group in groups if group]
    seconds_at = len(_TIME) - 1 if kind == "Time" else len(_CALENDAR) + len(_TIME) - 1
    parts = tuple(Decimal(text) if i == seconds_at else int(text) for i, text in enumerate(known))
    if groups[: len(known)] != known or not _exists(kind, parts):
        return None
    return Temporal(kind, parts, _offset(zone)) if _offset_exists(zone) else None


def _exists(kind: Kind, parts: tuple[Part, ...]) -> bool:
    limits = _TIME if kind == "Time" else _CALENDAR + _TIME
    if not all(low <= part <= high for part, (low, high) in zip(parts, limits, strict=False)):
        return False
    if kind == "Time" or len(parts) < _DATE_PARTS:
        return True
    return parts[2] <= monthrange(int(parts[0]), int(parts[1]))[1]


def _offset_exists(zone: str | None) -> bool:
    return zone is None or zone == "Z" or (int(zone[1:3]) <= EASTMOST // 60 and int(zone[4:]) <= _TIME[1][1])


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return -minutes if zone[0] == "-" else minutes


def compare(left: Temporal, right: Temporal) -> int | None:
    """-1 before, 0 the same, 1 after, ``None`` not known; dates and date-times mix, times of day do not."""
    (left_start, left_end), (right_start, right_end) = _spans(left, right)
    same_precision = len(left.parts) == len(right.parts)
    if left_start == right_start and left_end == right_end and same_precision:
        return 0
    if left_start < right_start and left_end <= right_start:
        return -1
    if right_start < left_start and right_end <= left_start:
        return 1
    return None


def key(value: Temporal) -> tuple[object, ...]:
    """The same for values that ``compare`` as 0, and for no others."""
    zoned = value.offset is not None
    return value.kind == "Time", len(value.parts), zoned, _utc_span(value, zoned=zoned)


def _spans(left: Temporal, right: Temporal) -> list[tuple[Decimal, Decimal]]:
    zoned = left.offset is not None or right.offset is not None
    return [_utc_span(value, zoned=zoned) for value in (left, right)]


def _utc_span(value: Temporal, *, zoned: bool) -> tuple[Decimal, Decimal]:
    start, end = value.span()
    if not zoned:
        return start, end
    if value.offset is None:
        return start - EASTMOST * 60, end - WESTMOST * 60
    return start - value.offset * 60, end - value.offset * 60


def add_months(value: Temporal, months: int) -> Temporal | None:
    """Calendar arithmetic; the day is cut to the month's length. ``None`` outside the years 1 to 9999.

    A year is asked for twelve months at a time: what is left over is dropped (section 6.6.7).
    """
    year, month, *_ = (int(part) for part in (*value.parts, 1))
    if len(value.parts) == 1:
        months = int(months / 12) * 12
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if not _CALENDAR[0][0] <= year <= _CALENDAR[0][1]:
        return None
    parts: list[Part] = [year, month + 1, *value.parts[2:]]
    if len(parts) > len(("year", "month")):
        parts[2] = min(parts[2], monthrange(year, month + 1)[1])
    return replace(value, parts=tuple(parts[: len(value.parts)]))


def add_seconds(value: Temporal, seconds: Decimal) -> Temporal | None:
    """Adds as much as the value's precision can show; times of day wrap at midnight."""
    if value.kind == "Time":
        moment = value.span()[0] + _whole_units(value.parts, seconds)
        return replace(value, parts=_clock_parts(_remainder(moment, _UNITS[0]), value.parts))
    if len(value.parts) < _DATE_PARTS:  # 30 days a month and 365 a year: section 6.6.7
        days = int(seconds / _UNITS[0])
        return add_months(value, int(days / 30) if len(value.parts) > 1 else int(days / 365) * 12)
    moment = value.span()[0] + _whole_units(value.parts[_DATE_PARTS:], seconds)
    clock = _remainder(moment, _UNITS[0])
    day = int((moment - clock) / _UNITS[0])
    if not date.min.toordinal() <= day <= date.max.toordinal():
        return None
    moved = date.fromordinal(day)
    parts = _clock_parts(clock, value.parts[_DATE_PARTS:])
    return replace(value, parts=(moved.year, moved.month, moved.day, *parts))


def _whole_units(clock: tuple[Part, ...], seconds: Decimal) -> Decimal:
    if len(clock) == len(_UNITS):
        return seconds
    return Decimal(int(seconds / _UNITS[len(clock)]) * _UNITS[len(clock)])


def _remainder(seconds: Decimal, whole: int) -> Decimal:
    """From zero up to ``whole``; the remainder of a ``Decimal`` keeps the sign of the dividend."""
    return (seconds % whole + whole) % whole


def _clock_parts(seconds: Decimal, like: tuple[Part, ...]) -> tuple[Part, ...]:
    second = seconds % 60
    hour, minute = divmod(int(seconds) // 60, 60)
    return (hour, minute, second)[: len(like)]
