"""Organisations, pilots, and who is asking."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from smartbear.contracts.people import Language

SnomedCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,18}$")]


class Named(BaseModel):
    """A thing by its id and the name people know it by."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str


class Pilot(Named):
    """A large-scale trial; sets language, time and what is not notified for all its participants."""

    language: Language
    time_zone: str = Field(description="IANA name of the time zone the participants live in.")
    muted_conditions: tuple[str, ...] = Field(
        description="SNOMED CT codes; a notice whose conditions are all among them is kept and nobody told."
    )


class Organisation(Named):
    """A hospital, a practice or a service that looks after participants of a pilot."""

    phone: str = Field(description="The number participants see as their care team's.")
    pilot: Named


class Me(BaseModel):
    """The signed-in person as the pages greet them."""

    account: str
    username: str
    name: str = Field(description="The name in the staff directory; a participant's id for participants.")
    role: str
    organisation: Named | None
    pilot: Named | None
    participant: str | None = Field(description="SB-0001, for participants.")
    subject: str | None = Field(description="The participant's id in the repository, for participants.")


class PilotChange(BaseModel):
    """What an administrator may change about a pilot; only the fields a request names count."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "en"
    muted_conditions: tuple[SnomedCode, ...] = Field((), max_length=100)
