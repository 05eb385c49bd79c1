"""Moving dates by whole weeks: weekday, time of day, offset and precision stay."""

import re
from datetime import date, timedelta

from smartbear.fhir.pseudonymisation.draft import Draft, Terms

_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)
"""Days that projects may know of: what cannot be moved would tell by how much it is moved."""
_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)"
_POINT = re.compile(rf"(?P<day>{_DAY})(?P<clock>{_CLOCK})?|(?P<partial>\d{{4}}(?:-(?:0[1-9]|1[0-2]))?)")
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?")
"""A time of day (R4 `time`)."""


def moved(value: object, draft: Draft) -> str | None:
    """A date, dateTime or instant, moved by the days of the terms; None for what is none.

    A month or year moves by its middle, so that its error is smallest.
    """
    read = _POINT.fullmatch(value) if value.__class__ is str else None
    if read is None:
        return None
    day, clock, partial = read["day"], read["clock"], read["partial"]
    if partial:
        middle = _day(f"{partial}-15" if len(partial) > len("2026") else f"{partial}-07-01", draft)
        return middle and middle[: len(partial)]
    found = _day(day, draft)
    return found and found + (clock or "")


def _day(day: str, draft: Draft) -> str | None:
    if day not in draft.dates:
        draft.dates[day] = _moved(day, draft.terms)
    return draft.dates[day]


def _moved(day: str, terms: Terms) -> str | None:
    try:
        given = date.fromisoformat(day)
        found = given + timedelta(terms.days)
    except (ValueError, OverflowError):  # the thirtieth of February, or beyond the years that are counted
        return None
    theirs = given if terms.is_inward else found
    return found.isoformat() if _FIRST <= theirs <= _LAST else None


def is_point(value: object) -> bool:
    """Whether a value is written as a date, dateTime or instant."""
    return value.__class__ is str and _POINT.fullmatch(str(value)) is not None


def day_moved(value: object, draft: Draft) -> str | None:
    """An instant, moved and cut to the start of its day."""
    found = moved(value, draft)
    return found and f"{found[:10]}T00:00:00Z" if found and "T" in found else None
