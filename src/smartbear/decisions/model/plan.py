"""What a finding changes about the episodes on record, and whom that must be told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from smartbear.decisions.model.episode import Finding, Outcome

Kind = Literal["repeat_asked", "red_alert", "no_repeat", "cleared", "reading_out_of_range"]
Level = Literal["notice", "warning", "repeat", "red"]
Recipient = Literal["participant", "ccm"]
EpisodeState = Literal[
    "awaiting_repeat", "no_repeat", "cleared", "confirmed", "red", "acknowledged", "closed"
]

_STATES: Mapping[Outcome, EpisodeState] = {
    Outcome.RECORDED: "closed",
    Outcome.AWAITING: "awaiting_repeat",
    Outcome.NO_REPEAT: "no_repeat",
    Outcome.CLEARED: "cleared",
    Outcome.CONFIRMED: "confirmed",
    Outcome.RED: "red",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """How an outcome is told."""

    kind: Kind
    level: Level
    audience: tuple[Recipient, ...]


TELLINGS: Mapping[Outcome, Telling] = {
    Outcome.AWAITING: Telling("repeat_asked", "repeat", ("participant", "ccm")),
    Outcome.NO_REPEAT: Telling("no_repeat", "warning", ("ccm",)),
    Outcome.CLEARED: Telling("cleared", "notice", ("participant", "ccm")),
    Outcome.CONFIRMED: Telling("reading_out_of_range", "warning", ("participant", "ccm")),
    Outcome.RED: Telling("red_alert", "red", ("participant", "ccm")),
}


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode on record."""

    id: str
    rule_id: str
    outcome: Outcome
    state: EpisodeState
    told: frozenset[Kind] = field(default_factory=frozenset)
    """Kinds of notices raised so far."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one episode."""

    episode: Episode
    finding: Finding
    is_new: bool
    is_current: bool
    """Whether the finding, and not an earlier and worse one, is what the episode has come to."""
    absorbed: tuple[str, ...]
    """Episodes that turn out to be part of this one."""
    telling: Telling | None
    """What somebody must be told now."""


def plan(
    found: Iterable[Finding], on_record: Mapping[str, Episode], rule_id: str, new_id: Callable[[], str]
) -> list[Step]:
    """A step for each finding; ``on_record`` maps the readings of known episodes to them."""
    claimed: set[str] = set()
    steps = []
    for finding in found:
        known = {
            episode.id: episode
            for reading in finding.readings
            if (episode := on_record.get(reading.reading_id)) and episode.id not in claimed
        }
        claimed |= set(known)
        steps.append(_step(finding, list(known.values()), rule_id, new_id))
    return steps


def _step(finding: Finding, known: list[Episode], rule_id: str, new_id: Callable[[], str]) -> Step:
    told = frozenset().union(*(episode.told for episode in known))
    reached = max([finding.outcome, *(episode.outcome for episode in known)])
    before = known[0] if known else Episode(new_id(), rule_id, Outcome.RECORDED, "closed")
    moved = not known or reached > before.outcome
    state = _STATES[reached] if moved else before.state
    telling = TELLINGS.get(reached) if moved else None
    return Step(
        episode=Episode(before.id, before.rule_id, reached, state, told),
        finding=finding,
        is_new=not known,
        is_current=reached == finding.outcome,
        absorbed=tuple(episode.id for episode in known[1:]),
        telling=telling if telling and _is_news(telling, told) else None,
    )


def _is_news(telling: Telling, told: frozenset[Kind]) -> bool:
    """Each kind is told once; that all is well is told only to those who were asked."""
    return telling.kind not in told and (telling.kind != "cleared" or bool(told))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a recipient did with a notice."""

    notice_id: str
    kind: Literal["acknowledged", "resolved"]
    by: Recipient
    account: str
    at: datetime
    action: str | None
    """What was done, or the outcome."""
    note: str | None


def after(receipt: Receipt, kind: Kind, episode: Episode) -> EpisodeState:
    """The state after a receipt for a notice of some kind.

    Only the care team's word about the notice that stands moves an episode; a request to repeat is settled by
    the repeat or the deadline alone.
    """
    telling = TELLINGS.get(episode.outcome)
    if receipt.by != "ccm" or telling is None or telling.kind != kind or kind == "repeat_asked":
        return episode.state
    if receipt.kind == "resolved":
        return "closed"
    return episode.state if kind == "cleared" or episode.state == "closed" else "acknowledged"


def seals(state: EpisodeState, outcome: Outcome) -> bool:
    """Whether later readings begin a new episode even within the window.

    After a person has taken up a red alert, what comes next must be able to raise another.
    """
    return outcome is Outcome.RED and state in ("acknowledged", "closed")
