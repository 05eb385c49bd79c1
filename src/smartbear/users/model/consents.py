"""What a participant agreed to, and for which purpose."""

from datetime import date
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Purpose = Literal["care", "research"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
How = Literal["app", "paper", "telephone"]
NOTE_LENGTH = 200


class Said(BaseModel):
    """One decision, as it was made."""

    given: bool
    at: AwareDatetime
    how: How
    signed: date | None = Field(description="The date on the paper, or of the call; null for the app.")
    note: str = Field(description="Where the paper is, or who took the call; the participant reads it too.")


class Agreement(BaseModel):
    """What holds for one purpose, and how it came to that."""

    purpose: Purpose
    given: bool = Field(description="Whether the data may be seen for this purpose now.")
    said: tuple[Said, ...] = Field(description="Decisions, the newest first.")


class Decision(BaseModel):
    """A decision to be kept."""

    model_config = ConfigDict(extra="forbid")

    given: bool
    signed: date | None = Field(
        None, description="The date on the paper, or of the call: from case managers, and from nobody else."
    )
    how: Literal["paper", "telephone"] = Field(
        "paper", description="How a case manager heard of it; consent itself needs the paper."
    )
    note: str = Field("", max_length=NOTE_LENGTH, description="Where the paper is, or who took the call.")
