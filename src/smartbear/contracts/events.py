"""What components tell each other after the fact, and who listens.

``publish`` writes one job for every listener inside the transaction of the change: the event is there if and
only if the change is. The job's task is ``<listener>.<event>``; a listener must bear being told twice.
Every event is documented in ``docs/reference/events.md``; a test compares the two.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict

from smartbear.contracts.readings import Reading
from smartbear.kit.db import Connection
from smartbear.kit.jobs import Ask, defer_each

NoticeKind = Literal["repeat_asked", "red_alert", "no_repeat", "cleared", "reading_out_of_range"]
NoticeLevel = Literal["notice", "warning", "repeat", "red"]
Actor = Literal["participant", "ccm"]

_URGENT = frozenset({"decisions", "notifications"})  # somebody waits for an alert; the record can wait


class Event(BaseModel):
    """Base of all events; ``name`` and ``listeners`` are the routing."""

    model_config = ConfigDict(frozen=True)

    name: ClassVar[str]
    listeners: ClassVar[tuple[str, ...]]


class ReadingsAccepted(Event):
    """A batch of new readings of one participant has been stored."""

    name = "readings.accepted"
    listeners = ("cdr", "decisions")

    batch_id: str
    subject: str
    readings: tuple[Reading, ...]


class ParticipantChanged(Event):
    """A participant was enrolled or changed. Nothing here identifies the person outside ``users``."""

    name = "participant.changed"
    listeners = ("cdr", "measurements", "decisions")

    subject: str
    organisation: str
    pilot: str
    birth_month: str
    """``YYYY-MM``."""
    sex: Literal["female", "male", "other", "unknown"]
    status: str
    language: str


class DeviceAssigned(Event):
    """A device was given to a participant, or taken back when ``assigned_to`` is set."""

    name = "device.assigned"
    listeners = ("cdr", "measurements")

    device_id: str
    label: str
    category: str
    subject: str
    assigned_from: AwareDatetime
    assigned_to: AwareDatetime | None = None


class ParticipantConsented(Event):
    """A participant agreed to something or withdrew it; the repository keeps it as a Consent."""

    name = "participant.consented"
    listeners = ("cdr",)

    subject: str
    organisation: str
    purpose: Literal["care", "research"]
    given: bool
    at: AwareDatetime
    """When it was said; what was said later counts, in whatever order it is heard of."""
    signed: date | None = None
    """The date on the paper, where it was said on paper."""


class Span(BaseModel):
    """A time, from its beginning to before its end; None: without."""

    model_config = ConfigDict(frozen=True)

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class ConsentChanged(Event):
    """What a person's Consents say, all together, has been worked out anew in the repository."""

    name = "consent.changed"
    listeners = ("users", "measurements", "decisions", "notifications")

    subject: str
    number: int
    """Greater than those of all earlier changes of this person's: news may arrive in another order."""
    withheld: tuple[Span, ...]
    """When those who give care may not see the person's data."""
    released: tuple[Span, ...]
    """When research may."""


class NoticeReading(BaseModel):
    """A reading as a notice shows it."""

    model_config = ConfigDict(frozen=True)

    reading_id: str
    systolic: float
    diastolic: float
    measured_at: AwareDatetime


class NoticeLimit(BaseModel):
    """The limit a reading was held against, mm[Hg]."""

    model_config = ConfigDict(frozen=True)

    systolic: float
    diastolic: float


class NoticeRaised(Event):
    """A rule wants somebody to know something."""

    name = "notice.raised"
    listeners = ("notifications",)

    notice_id: str
    episode_id: str
    subject: str
    kind: NoticeKind
    level: NoticeLevel
    measure: str
    rule_id: str
    rule_version: int
    readings: tuple[NoticeReading, ...]
    limit: NoticeLimit
    deadline: AwareDatetime | None = None
    raised_at: AwareDatetime
    conditions: tuple[str, ...] = ()
    """SNOMED CT codes the rule applied to; a pilot may hide notices by them."""
    audience: tuple[Actor, ...]


class NoticeAcknowledged(Event):
    """A recipient has read a notice; for the care team, with what was done."""

    name = "notice.acknowledged"
    listeners = ("decisions",)

    notice_id: str
    episode_id: str
    by: Actor
    account: str
    at: AwareDatetime
    action: str | None = None
    note: str | None = None


class NoticeResolved(Event):
    """The care team has closed a notice with an outcome."""

    name = "notice.resolved"
    listeners = ("decisions",)

    notice_id: str
    episode_id: str
    account: str
    at: AwareDatetime
    outcome: str
    note: str | None = None


async def publish(tx: Connection, event: Event, *, run_at: datetime | None = None) -> None:
    """Tell every listener, as part of the transaction ``tx``."""
    asked = [Ask(one, f"{one}.{event.name}", urgent=one in _URGENT) for one in event.listeners]
    await defer_each(tx, asked, orjson.Fragment(event.model_dump_json()), run_at=run_at)


__all__ = [
    "Actor",
    "ConsentChanged",
    "DeviceAssigned",
    "Event",
    "NoticeAcknowledged",
    "NoticeLimit",
    "NoticeRaised",
    "NoticeReading",
    "NoticeResolved",
    "ParticipantChanged",
    "ParticipantConsented",
    "ReadingsAccepted",
    "Span",
    "publish",
]
