"""Erasing participants: what is asked for, and what has become of it."""

from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Ground = Literal["no_longer_needed", "consent_withdrawn", "objection", "unlawful", "legal_obligation"]
"""Art. 17(1) GDPR, a to e. A word of a list, since a sentence would be personal data that stays."""
GROUNDS: tuple[Ground, ...] = get_args(Ground)
State = Literal["asked", "under_way", "done"]
ParticipantNumber = Annotated[str, StringConstraints(pattern=r"^SB-[0-9]{4,}$")]


class NewErasure(BaseModel):
    """Somebody who is to be erased."""

    model_config = ConfigDict(extra="forbid")

    participant: ParticipantNumber
    ground: Ground


class Erasure(BaseModel):
    """What was asked for by whom, and what has been removed so far."""

    id: str
    participant: str
    ground: Ground
    state: State
    asked_by: str = Field(description="Role and account.")
    asked_at: AwareDatetime
    agreed_by: str | None = Field(description="Role and account; another one's than asked for it.")
    agreed_at: AwareDatetime | None
    removed: dict[str, int] = Field(description="Rows or resources, by component.")
    left: int = Field(description="Resources about several people that still name this one.")
    ended_at: AwareDatetime | None
