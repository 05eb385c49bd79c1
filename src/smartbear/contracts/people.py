"""People and their devices, in the words every component shares.

A participant (``SB-0001``) and a subject (repository id) are two names of one person; only ``users`` knows
the pair, so whoever holds one and needs the other asks ``users``.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

Sex = Literal["female", "male", "other", "unknown"]
Language = Literal["en", "el", "it", "fr", "pt", "ro", "es"]
Profile = Literal["cardiovascular", "hearing", "balance", "mental", "cognitive", "frailty"]
Status = Literal["pending", "accepted", "risk_of_exclusion", "withdrawn"]
Category = Literal[
    "smartphone",
    "smartwatch",
    "blood_pressure",
    "scale",
    "oximeter",
    "thermometer",
    "hearing_aids",
    "sleep",
]


def _text(**constraints: Any) -> Any:
    return StringConstraints(strip_whitespace=True, **constraints)


Id = Annotated[str, _text(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Text = Annotated[str, _text(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Email = Annotated[str, _text(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]
Phone = Annotated[str, _text(max_length=40, pattern=r"^\+?[0-9 ()./-]*$")]
Month = Annotated[str, _text(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")]


class _Answer(BaseModel):
    """Unknown fields are passed over, so that an older reader understands a newer ``users``."""

    model_config = ConfigDict(frozen=True)


class _Form(BaseModel):
    """Unknown fields are refused: a caller cannot set what a form does not offer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AccountLink(_Answer):
    """Whose account it is, for the scope of a participant's request."""

    account: str
    participant: str
    subject: str
    organisation: str
    pilot: str


class CaseManager(_Answer):
    """A member of staff who looks after a participant."""

    account: str
    name: str
    email: str | None = None


class Audience(_Answer):
    """Who must hear about a subject, and the little about the person that the message may say."""

    subject: str
    participant: str
    account: str | None
    """The participant's own account, once there is one."""
    organisation: str
    pilot: str
    language: Language
    age: int
    """Whole years, from the month of birth."""
    sex: Sex
    case_managers: tuple[CaseManager, ...]
    colleagues: tuple[CaseManager, ...]
    """The organisation's other case managers, for what nobody has acknowledged."""
    external_email: str | None
    """A case manager without an account."""
    muted_conditions: tuple[str, ...]
    """SNOMED CT codes the pilot does not want to be notified about."""


class CareTeam(_Answer):
    """Whom a participant may call."""

    name: str
    phone: str


class Care(_Answer):
    """What a participant's first screen needs to know about that participant."""

    participant: str
    care_team: CareTeam
    time_zone: str
    """IANA name: decides when the participant's day begins."""
    categories: tuple[Category, ...]
    """Of the devices the participant has now."""


class DeviceAt(_Form):
    """A device and an instant, to ask whose it was."""

    device_id: Id
    at: AwareDatetime


class StaffMember(_Form):
    """A member of staff as participants and colleagues meet them; the account itself is ``identity``'s."""

    name: Text
    email: Email | None = None
    role: Literal["Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech"]
    organisation_id: Id | None = None


class Named(_Answer):
    """A thing by its id and the name people know it by."""

    id: str
    name: str


class Place(Named):
    """An organisation and the pilot it takes part in."""

    pilot: Named


class NewPilot(_Form):
    """A pilot to set up."""

    name: Text
    language: Language = "en"
    time_zone: Text = "UTC"


class NewOrganisation(_Form):
    """An organisation that takes part in a pilot."""

    name: Text
    pilot_id: Id
    phone: Phone = ""


class NewParticipant(_Form):
    """A participant to enrol. The organisation follows from the pilot and from who enrols."""

    pilot_id: Id
    birth_month: Month
    sex: Sex = "unknown"
    email: Email
    phone: Phone = ""
    consent_date: date
    """On the form on which the person agreed to be looked after here."""
    research_consent: bool = False
    """Whether the person, asked separately, agreed on the same day that projects may use the data."""
    profiles: tuple[Profile, ...] = ()
    case_managers: tuple[Id, ...] = ()
    """Accounts of the organisation's case managers; whoever enrols is one when none is named."""
    external_email: Email | None = None


class NewAssignment(_Form):
    """A device to hand to a participant; registered on the way if its label is new to the organisation."""

    label: Text
    category: Category
    assigned_from: AwareDatetime | None = None
    """Default: now."""
    move: bool = False
    """Take it from the participant who has it, whose history keeps the time until now."""
