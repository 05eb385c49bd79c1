"""Accounts as administrators see and change them, whoever keeps them."""

from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from smartbear.contracts.people import Email, Id, Language, Text

StaffRole = Literal["Auditor", "Caregiver", "CCM", "DataScientist", "PolicyMaker", "SysAdmin", "Tech"]
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
    language: str = "en"
    enabled: bool = True
    waits_for: Literal["approval", "email"] | None = None
    wished_organisation: str | None = Field(None, description="What the person chose when asking for it.")


class NewPerson(BaseModel):
    """An account for an administrator to add; its owner sets the password by a link in an e-mail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: Username
    given_name: Text
    family_name: Text
    email: Email
    role: StaffRole
    organisation: Id | None = None
    language: Language = "en"


class PersonChange(BaseModel):
    """What an administrator may change; only the fields a request names count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    given_name: Text = ""
    family_name: Text = ""
    email: Email = ""
    role: StaffRole = "Tech"
    organisation: Id | None = None


@runtime_checkable
class Directory(Protocol):
    """Where the accounts of staff are kept: here, or in a Keycloak. Unknown ids are NotFound.

    Who the organisation's pilot is, and that a request is allowed, is the caller's to know.
    """

    async def people(self, search: str, first: int, most: int) -> tuple[list[Person], int]:
        """Accounts whose name or address holds a text, and how many there are."""

    async def person(self, account: str) -> Person:
        """One account."""

    async def add(self, new: NewPerson, pilot: str | None) -> Person:
        """Add an account and send its owner a link to set a password; Conflict if the name is taken."""

    async def change(self, account: str, changes: dict[str, str | None]) -> Person:
        """Set fields. An account that waited for approval has it now, and its owner is asked to confirm."""

    async def set_enabled(self, account: str, *, enabled: bool) -> Person:
        """Let an account sign in, or not; without it, it is signed out everywhere."""

    async def send_reset(self, account: str) -> None:
        """Send the owner a link to set a new password."""

    async def delete(self, account: str) -> None:
        """Delete an account for good."""
