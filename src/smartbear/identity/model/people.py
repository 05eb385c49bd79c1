"""Accounts as administrators see and change them, whoever keeps them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field

from smartbear.contracts.erasure import Erasing
from smartbear.contracts.people import Email, Id, Language, Text

StaffRole = Literal["Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech"]
State = Literal["approval", "email", "active", "disabled"]
"""What an account waits for, or whether it is in use."""
Project = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
"""The name of a project, as `smartbear pseudonyms create` takes it."""
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$")]


class Person(BaseModel):
    """An account of staff; organisation and pilot are ids."""

    model_config = ConfigDict(frozen=True)

    id: str
    username: str
    given_name: str
    family_name: str
    name: str = Field(description="As colleagues read it.")
    email: str | None
    role: str = Field(description="Empty until an administrator has given one.")
    organisation: str | None
    pilot: str | None
    project: str | None = Field(None, description="Whose pseudonymised data a data scientist reads.")
    language: str = "en"
    enabled: bool = True
    waits_for: Literal["approval", "email"] | None = None
    wished_organisation: str | None = Field(None, description="What the person chose when asking for it.")
    created_at: datetime | None = Field(None, description="When it was asked for or added.")
    letter_refused_at: datetime | None = Field(
        None,
        description="When the present address last refused a letter for good; a Keycloak does not say.",
    )

    @property
    def standing(self) -> tuple[str, str | None, str | None]:
        """What decides on what the owner may see; its change signs the owner out."""
        return self.role, self.organisation, self.project

    @computed_field(description="Disabled counts before what it waits for.")  # type: ignore[prop-decorator]
    @property
    def state(self) -> State:
        """In one word, what an administrator sorts accounts by."""
        return (self.waits_for or "active") if self.enabled else "disabled"


class NewPerson(BaseModel):
    """An account for an administrator to add; its owner sets the password by a link in an e-mail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: Username
    given_name: Text
    family_name: Text
    email: Email
    role: StaffRole
    organisation: Id | None = None
    project: Project | None = Field(None, description="For data scientists alone.")
    language: Language = "en"


class PersonChange(BaseModel):
    """What an administrator may change; only the fields a request names count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    given_name: Text = ""
    family_name: Text = ""
    email: Email = ""
    role: StaffRole = "Tech"
    organisation: Id | None = None
    project: Project | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts an administrator looks for; what is empty does not matter."""

    search: str = ""
    """A text in the username, the name or the address."""
    state: State | None = None
    role: str | None = None
    organisation: str | None = None
    """Its id; of one that waits for approval, the wish counts."""

    def is_met_by(self, person: Person) -> bool:
        """Whether an account is among them, whatever its state."""
        text = " ".join(filter(None, (person.username, person.name, person.email))).lower()
        place = person.organisation or person.wished_organisation
        return (
            self.search.lower() in text
            and self.role in (None, person.role)
            and self.organisation in (None, place)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the accounts looked for."""

    items: list[Person]
    total: int
    counts: Mapping[State, int]
    """How many there are in each state, whichever state was looked for."""

    @classmethod
    def among(cls, everybody: Iterable[Person], wanted: Wanted, first: int, most: int) -> "Found":
        """The page, where nobody else can sort and count; those that wait for approval come first."""
        met = sorted(filter(wanted.is_met_by, everybody), key=_order)
        counts = Counter(person.state for person in met)
        chosen = [person for person in met if wanted.state in (None, person.state)]
        return cls(chosen[first : first + most], len(chosen), counts)


def _order(person: Person) -> tuple[bool, str]:
    return person.state != "approval", person.username.lower()


@runtime_checkable
class Directory(Protocol):
    """Where the accounts of staff are kept: here, or in a Keycloak. Unknown ids are NotFound.

    Who the organisation's pilot is, and that a request is allowed, is the caller's to know.
    """

    async def people(self, wanted: Wanted, first: int, most: int) -> Found:
        """A page of accounts."""

    async def person(self, account: str) -> Person:
        """One account."""

    async def add(self, new: NewPerson, pilot: str | None) -> Person:
        """Add an account and send its owner a link to set a password; Conflict if the name is taken."""

    async def change(self, account: str, changes: dict[str, str | None]) -> Person:
        """Set fields. An account that waited for approval has it now, and its owner is asked to confirm."""

    async def set_enabled(self, account: str, *, enabled: bool) -> Person:
        """Let an account sign in, or not; without it, it is signed out everywhere."""

    async def send_reset(self, account: str) -> None:
        """Send the owner a link to set a new password, or to confirm the address if it waits for that."""

    async def remove_factors(self, account: str) -> None:
        """Take the second factors away from an owner who has lost them, and sign out everywhere."""

    async def delete(self, account: str) -> None:
        """Delete an account for good. Whoever waited for approval hears that it was refused."""

    async def erase(self, person: Erasing) -> bool:
        """Delete a participant's account, which no administrator sees here; False if there is none."""
