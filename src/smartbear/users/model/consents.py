"""What a participant agreed to, and for which purpose."""

from datetime import date
from typing import Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Purpose = Literal["care", "research"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


class Said(BaseModel):
    """One decision, as it was made."""

    given: bool
    at: AwareDatetime
    signed: date | None = Field(description="The date on the paper; null for a decision in the app.")


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
        None, description="The date on the paper: given by case managers, and by nobody else."
    )
