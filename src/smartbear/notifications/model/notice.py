"""A notice, and the rules of the inbox."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from smartbear.contracts.inbox import (
    Coded,
    InboxItem,
    ItemState,
    Kind,
    Level,
    RuleVersion,
    ShownLimit,
    ShownReading,
    Undelivered,
)
from smartbear.contracts.people import Language, Sex

Audience = Literal["participant", "ccm"]

SUPERSEDES: dict[Kind, tuple[Kind, ...]] = {
    "red_alert": ("repeat_asked", "no_repeat", "reading_out_of_range"),
    "reading_out_of_range": ("repeat_asked", "no_repeat"),
    "no_repeat": ("repeat_asked",),
    "cleared": ("repeat_asked", "no_repeat"),
}
"""What a notice makes pointless in its own episode, whichever of the two arrives first."""


class Notice(BaseModel):
    """What was raised about whom; nothing in it changes afterwards."""

    model_config = ConfigDict(frozen=True)

    id: str
    episode_id: str | None = None
    kind: Kind
    level: Level
    measure: str | None = None
    subject: str
    participant: str
    organisation_id: str
    language: Language
    age: int
    sex: Sex
    conditions: tuple[Coded, ...] = ()
    rule: RuleVersion | None = None
    readings: tuple[ShownReading, ...] = ()
    limit: ShownLimit | None = None
    undelivered: Undelivered | None = None
    deadline: datetime | None = None
    raised_at: datetime
    escalate_at: datetime | None = None
    muted: bool


def superseded(kinds: Iterable[Kind]) -> dict[Kind, Kind]:
    """Of an episode's kinds: each one that has become pointless → the one that made it so."""
    present = set(kinds)
    return {old: new for new in SUPERSEDES if new in present for old in SUPERSEDES[new] if old in present}


def is_muted(conditions: Sequence[str], muted: Sequence[str]) -> bool:
    """Whether a pilot's filter hides a notice: it has conditions, and the pilot mutes every one of them.

    One condition that is not muted is enough to be told: the filter narrows, it does not silence a person.
    """
    return bool(conditions) and set(conditions) <= set(muted)


def first_state(kind: Kind, audience: Audience) -> ItemState:
    """How an item begins: good news asks nothing of the care team, so it goes straight to the closed box."""
    return "resolved" if kind == "cleared" and audience == "ccm" else "pending"


def as_participant_sees(item: InboxItem) -> InboxItem:
    """The item without what the care team tells only one another."""
    acknowledged = item.acknowledged and item.acknowledged.model_copy(
        update={"by": None, "action": None, "note": None}
    )
    resolved = item.resolved and item.resolved.model_copy(update={"by": None, "note": None})
    return item.model_copy(update={"acknowledged": acknowledged, "resolved": resolved})
