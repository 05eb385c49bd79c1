"""What ``users`` tells other components about people, and the client to ask it with.

Only ``users`` knows which participant (``SB-0001``) is which subject (repository id), so whoever holds one
and needs the other asks here. None of these answers is offered to callers from outside.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, TypeAdapter

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.scope import AccessScope

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


class UsersClient(ComponentClient):
    """Asks ``users``. Methods that write act for the person whose ``scope`` they are given."""

    component: ClassVar[str] = "users"

    async def account(self, account: str) -> AccountLink:
        """The participant behind an account; NotFound if it is not a participant's."""
        answer = await self.request("GET", f"/internal/accounts/{account}")
        return AccountLink.model_validate_json(answer.content)

    async def audience(self, subject: str) -> Audience:
        """Who must hear about a subject."""
        answer = await self.request("GET", f"/internal/subjects/{subject}/audience")
        return Audience.model_validate_json(answer.content)

    async def care(self, subject: str) -> Care:
        """What the participant's first screen shows about the care team and the devices."""
        answer = await self.request("GET", f"/internal/subjects/{subject}/care")
        return Care.model_validate_json(answer.content)

    async def device_owners(self, questions: Sequence[DeviceAt]) -> list[str | None]:
        """The subject that had each device at each instant, in the order asked; None if nobody had it."""
        body = [question.model_dump(mode="json") for question in questions]
        answer = await self.request("POST", "/internal/devices/owners", json=body)
        return _OWNERS.validate_json(answer.content)

    async def staff(self, account: str) -> StaffMember:
        """A member of staff; NotFound if the account is nobody's."""
        answer = await self.request("GET", f"/internal/staff/{account}")
        return StaffMember.model_validate_json(answer.content)

    async def put_staff(self, account: str, member: StaffMember) -> None:
        """Add a member of staff or replace what is known about them."""
        await self.request("PUT", f"/internal/staff/{account}", json=member.model_dump())

    async def link_account(self, participant: str, account: str) -> None:
        """Say which account is the participant's own."""
        await self.request("PUT", f"/internal/participants/{participant}/account", json={"account": account})

    async def create_pilot(self, pilot: NewPilot, scope: AccessScope) -> str:
        """Set up a pilot as a SysAdmin; returns its id."""
        return await self._created("/api/pilots", pilot, scope)

    async def create_organisation(self, organisation: NewOrganisation, scope: AccessScope) -> str:
        """Set up an organisation as a SysAdmin; returns its id."""
        return await self._created("/api/organisations", organisation, scope)

    async def enrol(self, participant: NewParticipant, scope: AccessScope) -> tuple[str, str]:
        """Enrol as a case manager; returns the participant's id and the subject."""
        answer = await self.request(
            "POST", "/api/participants", json=participant.model_dump(mode="json"), scope=scope
        )
        body = answer.json()
        return body["id"], body["subject"]

    async def assign_device(self, participant: str, device: NewAssignment, scope: AccessScope) -> str:
        """Hand a device to a participant; returns the device's id."""
        return await self._created(f"/api/participants/{participant}/devices", device, scope)

    async def _created(self, path: str, body: BaseModel, scope: AccessScope) -> str:
        answer = await self.request("POST", path, json=body.model_dump(mode="json"), scope=scope)
        created: str = answer.json()["id"]
        return created


_OWNERS = TypeAdapter(list[str | None])
