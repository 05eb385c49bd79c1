"""A participant's day: what to do now, what is done, and the seven stars."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from smartbear.contracts.inbox import InboxItem
from smartbear.contracts.people import CareTeam, Category

Measure = Literal["blood_pressure", "weight", "oxygen", "temperature"]

ASKED: dict[Category, Measure] = {
    "blood_pressure": "blood_pressure",
    "scale": "weight",
    "oximeter": "oxygen",
    "thermometer": "temperature",
}
"""What somebody with a device is asked to measure each day, in this order; a watch measures by itself."""

Measured = Mapping[str, Sequence[datetime]]
"""Measure → device time of the last reading of each recent day that has any."""

_MORE = 3  # tasks shown besides the one for now
_WEEK = 7


class Day(BaseModel):
    """One star."""

    date: date
    measured: bool | None = Field(description="Null when it is not known at the moment.")


class Task(BaseModel):
    """Something to do."""

    task: Literal["measure"] = "measure"
    measure: Measure


class Done(Task):
    """Something done today."""

    at: datetime = Field(description="Device time of the newest reading.")


class Today(BaseModel):
    """The first screen."""

    participant: str
    week: tuple[Day, ...] = Field(description="Seven days in the participant's time zone, the oldest first.")
    now: Task | None = Field(description="Null when all is done for today.")
    next: tuple[Task, ...] = Field(description="What comes after that; at most three.")
    done: tuple[Done, ...]
    alert: InboxItem | None = Field(
        description="The red alert or repeat request the participant has not read."
    )
    care_team: CareTeam


def week(measured: Measured | None, today: date, zone: ZoneInfo) -> tuple[Day, ...]:
    """The last seven days, and whether anything was measured on each; without ``measured``, not known."""
    days = {at.astimezone(zone).date() for times in (measured or {}).values() for at in times}
    last = [today - timedelta(days=back) for back in reversed(range(_WEEK))]
    return tuple(Day(date=each, measured=None if measured is None else each in days) for each in last)


def done_on(measured: Measured, today: date, zone: ZoneInfo) -> dict[str, datetime]:
    """The measures taken today, each with when it was taken last."""
    newest = {measure: max(times) for measure, times in measured.items() if times}
    return {measure: at for measure, at in newest.items() if at.astimezone(zone).date() == today}


def urgent(items: Sequence[InboxItem]) -> InboxItem | None:
    """The first open item that must not wait; ``items`` come by urgency."""
    return next((item for item in items if item.level in ("red", "repeat")), None)


def tasks(
    categories: Sequence[Category], done: Mapping[str, datetime], alert: InboxItem | None
) -> tuple[list[Task], list[Done]]:
    """What is still to be measured today, and what has been.

    A repeat that was asked for comes first, although the measure has been taken today.
    """
    asked = [measure for category, measure in ASKED.items() if category in categories]
    again = alert.measure if alert and alert.kind == "repeat_asked" else None
    left = [measure for measure in asked if measure not in done or measure == again]
    left.sort(key=lambda measure: measure != again)
    finished = [Done(measure=each, at=done[each]) for each in asked if each in done and each != again]
    return [Task(measure=each) for each in left[: _MORE + 1]], finished
