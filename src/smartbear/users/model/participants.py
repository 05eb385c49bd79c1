"""Participants as those who look after them see them."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from smartbear.contracts.people import Email, Id, Phone, Profile, Sex, Status, Text
from smartbear.users.model.organisations import Named

ConsentStatus = Literal["given", "withdrawn"]


class Contact(BaseModel):
    """How to reach a participant."""

    email: str
    phone: str


class Carer(BaseModel):
    """Somebody close who helps."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    relation: Text
    phone: Phone = ""


class Consent(BaseModel):
    """Consent to take part, as signed."""

    date: date
    status: ConsentStatus
    research: bool = Field(description="Whether projects may use the data.")


class Manager(BaseModel):
    """A case manager of a participant."""

    account: str
    name: str


class Participant(BaseModel):
    """A participant without contact data and clinical detail."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="SB-0001: the identity everyone uses.")
    subject: str = Field(description="The same person in the repository, as in Patient/<subject>.")
    birth_month: str | None = Field(
        description="YYYY-MM; the day is not kept. Null, like all below, once consent is withdrawn."
    )
    age: int | None = Field(description="Whole years.")
    sex: Sex
    status: Status
    profiles: tuple[Profile, ...]
    organisation: Named
    pilot: Named
    case_managers: tuple[Manager, ...]
    consent: Consent


class Reachable(BaseModel):
    """A participant as a technician meets them: whom to call, and nothing about health."""

    id: str
    organisation: Named
    pilot: Named
    contact: Contact


class Private(BaseModel):
    """What only a single participant's page shows."""

    contact: Contact
    carers: tuple[Carer, ...]
    external_email: str | None = Field(description="A case manager without an account, told by e-mail.")

    def administrative(self) -> "Private":
        """What is left once consent is withdrawn: how to get the devices back."""
        return Private(contact=self.contact, carers=(), external_email=None)


class ParticipantChange(BaseModel):
    """What a case manager may change: only the fields a request names count; a list replaces the list."""

    model_config = ConfigDict(extra="forbid")

    email: Email = ""
    phone: Phone = ""
    status: Status = "pending"
    profiles: tuple[Profile, ...] = ()
    case_managers: tuple[Id, ...] = Field((), max_length=50)
    carers: tuple[Carer, ...] = Field((), max_length=20)
    external_email: Email | None = Field(None, description="Null takes it away.")
