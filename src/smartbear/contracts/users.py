"""The client of ``users``. What it answers is for components, never offered to callers from outside."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, TypeAdapter

from smartbear.contracts.client import ComponentClient
from smartbear.contracts.people import (
    AccountLink,
    Audience,
    Care,
    DeviceAt,
    NewAssignment,
    NewOrganisation,
    NewParticipant,
    NewPilot,
    Place,
    StaffMember,
)
from smartbear.contracts.scope import AccessScope


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

    async def subject(self, participant: str) -> str:
        """Under which id the repository knows a participant; NotFound if there is no such participant."""
        found: str = (await self.request("GET", f"/internal/participants/{participant}/subject")).json()
        return found

    async def organisation_names(self) -> dict[str, str]:
        """Names of all organisations by id."""
        found: dict[str, str] = (await self.request("GET", "/internal/organisations")).json()
        return found

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

    async def remove_staff(self, account: str) -> None:
        """Forget a member of staff, whose participants lose that case manager; nothing if there is none."""
        await self.request("DELETE", f"/internal/staff/{account}")

    async def organisations(self, scope: AccessScope) -> list[Place]:
        """The organisations a person may see; all of them for a SysAdmin."""
        answer = await self.request("GET", "/api/organisations", scope=scope)
        return [Place.model_validate(item) for item in answer.json()["items"]]

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
