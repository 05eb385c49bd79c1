"""Dates as ranges of instants (R4 search 3.1.1.4.7): a partial date covers all of what it leaves open.

A date or time without a zone is read as UTC, whatever the server's own zone is.
"""

import re
from calendar import isleap, monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

from smartbear.fhir.search.values import OPEN_END, OPEN_START, DateRange

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T\d\d:\d\d(?:(:\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_FRACTIONS = [
    timedelta(microseconds=max(1, 10 ** (6 - digits))) for digits in range(10)
]  # one of the last digit
_APPROXIMATELY = 0.1  # of the time between now and the date: R4 search 3.1.1.4.5


def date_range(text: str) -> DateRange | None:
    """``None`` when the text is not a FHIR date, dateTime or instant, or names a day that does not exist."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, second, fraction, zone = match.groups()
    try:
        if len(text) <= len("2000-01-01"):
            return _days(int(year), int(month or 0), int(day or 0))
        if second == ":60":
            before = date_range(text.replace(second, ":59", 1))
            return before and _lasting(before.end, _SECOND)
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    width = _FRACTIONS[len(fraction)] if fraction else _SECOND if second else _MINUTE
    return _in_utc(start, width) if zone else _lasting(start.replace(tzinfo=UTC), width)


def _days(year: int, month: int, day: int) -> DateRange:
    start = datetime(year, month or 1, day or 1, tzinfo=UTC)
    if day:
        return _lasting(start, _DAY)
    days = monthrange(year, month)[1] if month else 365 + isleap(year)
    return _lasting(start, _DAY * days)


def _in_utc(start: datetime, width: timedelta) -> DateRange:
    try:
        return _lasting(start.astimezone(UTC), width)
    except OverflowError:
        edge = OPEN_START if start.year == OPEN_START.year else OPEN_END
        return DateRange(edge, edge)


def _lasting(start: datetime, width: timedelta) -> DateRange:
    """What ends after the year 9999 has an open end."""
    try:
        return DateRange(start, start + width)
    except OverflowError:
        return DateRange(start, OPEN_END)


def approximately(found: DateRange, now: datetime) -> DateRange:
    """Wider by a tenth of the time between ``now`` and the date, on both sides."""
    nearest = min(max(now, found.start), found.end)
    margin = abs(now - nearest) * _APPROXIMATELY
    start = found.start - margin if found.start - OPEN_START > margin else OPEN_START
    end = found.end + margin if OPEN_END - found.end > margin else OPEN_END
    return DateRange(start, end)


def moment(value: str) -> list[DateRange]:
    """A date, dateTime or instant."""
    found = date_range(value)
    return [found] if found else []


def period(value: dict[str, Any]) -> list[DateRange]:
    """From the start of ``start`` to the end of ``end``; a missing side is open."""
    start = date_range(value.get("start") or "")
    end = date_range(value.get("end") or "")
    if start is None and end is None:
        return []
    return [DateRange(start.start if start else OPEN_START, end.end if end else OPEN_END)]


def timing(value: dict[str, Any]) -> list[DateRange]:
    """The outer limits only: events and ``repeat.boundsPeriod``."""
    ranges = [found for event in value.get("event") or () if event and (found := date_range(event))]
    ranges += period((value.get("repeat") or {}).get("boundsPeriod") or {})
    if not ranges:
        return []
    return [DateRange(min(r.start for r in ranges), max(r.end for r in ranges))]
