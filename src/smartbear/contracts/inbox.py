"""An inbox item, in the words of those who show it: the pages and the participant's phone."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from smartbear.contracts.people import Sex

Kind = Literal["repeat_asked", "red_alert", "no_repeat", "cleared", "reading_out_of_range", "not_delivered"]
"""The kinds of ``contracts.events.NoticeKind``, and what ``notifications`` itself reports."""
Level = Literal["notice", "warning", "repeat", "red"]
ItemState = Literal["pending", "acknowledged", "resolved"]
Channel = Literal["app", "dashboard", "email"]
Recipient = Literal["participant", "case_manager", "external_case_manager"]
DeliveryState = Literal["pending", "delivered", "read", "failed"]


class _Shape(BaseModel):
    """Unknown fields are passed over, so that an older reader understands a newer ``notifications``."""

    model_config = ConfigDict(frozen=True)


class Coded(_Shape):
    """A condition by its SNOMED CT code; the words are null when the repository was silent."""

    code: str
    display: str | None


class RuleVersion(_Shape):
    """Which rule spoke."""

    id: str
    version: int


class ShownReading(_Shape):
    """A reading that led to the notice, in mm[Hg]."""

    reading_id: str
    systolic: float
    diastolic: float
    measured_at: AwareDatetime


class ShownLimit(_Shape):
    """What the readings were held against, in mm[Hg]."""

    systolic: float
    diastolic: float


class Delivery(_Shape):
    """One attempt to tell one recipient by one channel. Addresses are not shown."""

    id: str
    channel: Channel
    to: Recipient
    state: DeliveryState = Field(
        description="Delivered: the recipient's page or phone fetched it, or the mail server accepted it. "
        "Read: the recipient has acknowledged it."
    )
    at: AwareDatetime = Field(description="When the state was reached.")
    detail: str | None = Field(description="Why it failed: smtp_550, smtp_timeout, no_mail_server …")


class Undelivered(_Shape):
    """A message that was given up."""

    notice_id: str
    channel: Channel
    to: Recipient
    detail: str


class Acknowledgement(_Shape):
    """Who of the care team has taken the notice on."""

    by: str | None = Field(description="Account; null when the participant looks.")
    name: str
    at: AwareDatetime
    action: str | None
    note: str | None = Field(description="For the team; null when the participant looks.")


class Resolution(_Shape):
    """How the notice ended. Closed by what followed, not by a person, when ``by`` and ``name`` are null."""

    by: str | None
    name: str | None
    at: AwareDatetime
    outcome: str
    note: str | None


class InboxItem(_Shape):
    """A notice as one of its recipients sees it; ``state`` is that recipient's."""

    id: str = Field(description="The notice's id.")
    kind: Kind
    level: Level
    state: ItemState
    participant: str
    subject: str
    age: int
    sex: Sex
    conditions: tuple[Coded, ...] = Field(description="Those the rule applied to.")
    created_at: AwareDatetime
    measure: str | None
    episode_id: str | None = Field(description="Null for what notifications itself reports.")
    undelivered: Undelivered | None = Field(description="For `not_delivered`: what did not arrive.")
    rule: RuleVersion | None
    readings: tuple[ShownReading, ...]
    limit: ShownLimit | None
    deadline: AwareDatetime | None = Field(description="Until when the repeat counts.")
    escalate_at: AwareDatetime | None = Field(
        description="When the colleagues are told if nobody has acknowledged."
    )
    escalated_at: AwareDatetime | None
    muted: bool = Field(description="Nobody was told: the pilot's setting.")
    deliveries: tuple[Delivery, ...]
    acknowledged: Acknowledgement | None
    read_by_participant_at: AwareDatetime | None
    resolved: Resolution | None


class OpenCounts(_Shape):
    """Open items by urgency; a repeat request counts among the warnings."""

    red: int
    warning: int
    other: int


class InboxCounts(_Shape):
    """How many items are in each box."""

    open: OpenCounts
    acknowledged: int
    closed: int


class InboxPage(_Shape):
    """A page of one box."""

    items: tuple[InboxItem, ...]
    total: int
    page: int
    size: int
    counts: InboxCounts
