"""What somebody asks the trail."""

from dataclasses import dataclass, field
from typing import Literal

from smartbear.assurance.model.window import Window
from smartbear.contracts.audit import Event


@dataclass(frozen=True, slots=True)
class Filter:
    """What an event must say. None: whatever."""

    actor: str | None = None
    """User name, or id of an account, a client or a component."""
    username: str | None = None
    role: str | None = None
    action: str | None = None
    subtype: str | None = None
    source: str | None = None
    outcome: str | None = None

    def lets(self, event: Event) -> bool:
        """Whether the event says all that."""
        agent = event.agent
        actors = (agent.username, agent.account, agent.client, agent.service)
        pairs = (
            (self.username, agent.username),
            (self.role, agent.role),
            (self.action, event.action),
            (self.subtype, event.subtype),
            (self.source, event.source),
            (self.outcome, event.outcome),
        )
        return self.actor in (None, *actors) and all(wanted in (None, said) for wanted, said in pairs)


By = Literal["others", "you", "platform"]
"""Whose doing, as a participant tells them apart; ``others`` are all people, and programs from elsewhere."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which events, how many of them, and on which page."""

    reader: str
    """Whose cursors these are."""
    window: Window = field(default_factory=Window)
    filter: Filter = field(default_factory=Filter)
    entity: str | None = None
    """``Type/id`` of what belongs to nobody, or to the person the events are about."""
    subject: str | None = None
    """Repository id of the person the events are about."""
    after: str | None = None
    limit: int = 50
    by: By | None = None
    """Whose doing, as that person tells them apart."""
