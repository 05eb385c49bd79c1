"""User administration (reference document §5.1.3): who may come in, as what, and no longer."""

from dataclasses import dataclass
from typing import Any

from smartbear.contracts.people import Place, StaffMember
from smartbear.contracts.roles import DATA_SCIENTIST
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import did
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions.witness import account as told
from smartbear.identity.model.people import Directory, NewPerson, Person, PersonChange
from smartbear.kit.errors import Conflict, FieldError, Unprocessable

_OF_A_PLACE = frozenset({"CCM", "Tech"})


@dataclass(frozen=True, slots=True)
class Administration:
    """One administrator's work; whoever is told of staff hears of every change."""

    directory: Directory
    users: UsersClient
    scope: AccessScope

    async def add(self, new: NewPerson) -> Person:
        """Add an account, whose owner gets a link to set a password."""
        _check_project(new.role, new.project)
        pilot = await self._pilot(new.role, new.organisation)
        did("account-added")
        person = await self.directory.add(new, pilot)
        await tell_users(self.users, person)
        return person

    async def change(self, account: str, changes: PersonChange) -> Person:
        """Change an account; giving a role to one that waits for approval approves it."""
        before = await self.directory.person(account)
        wanted: dict[str, Any] = changes.model_dump(exclude_unset=True)
        if {"role", "organisation", "project"} & wanted.keys():
            self._not_oneself(account)
            role = wanted.get("role", before.role)
            if role != DATA_SCIENTIST:
                wanted.setdefault("project", None)
            _check_project(role, wanted.get("project"))
            place = wanted.get("organisation", before.organisation)
            wanted["pilot"] = await self._pilot(role, place)
        is_approval = before.waits_for == "approval" and "role" in wanted
        told(account, "account-approved" if is_approval else "account-changed", "U")
        person = await self.directory.change(account, wanted)
        if person.role:
            await tell_users(self.users, person)
        return person

    async def set_enabled(self, account: str, *, enabled: bool) -> Person:
        """Let an account sign in, or not; nobody locks themselves out."""
        self._not_oneself(account)
        told(account, "account-enabled" if enabled else "account-disabled", "U")
        person = await self.directory.set_enabled(account, enabled=enabled)
        if person.role:
            await tell_users(self.users, person)
        return person

    async def send_reset(self, account: str) -> None:
        """Send the owner a link to a new password, or again the one to confirm the address."""
        told(account, "reset-sent", "E")
        await self.directory.send_reset(account)

    async def remove_factors(self, account: str) -> None:
        """Take the second factors away; the own ones on the account page, where the password is asked for."""
        self._not_oneself(account)
        told(account, "factors-removed", "D")
        await self.directory.remove_factors(account)

    async def delete(self, account: str) -> None:
        """Delete an account for good."""
        self._not_oneself(account)
        told(account, "account-deletion", "D")
        await self.directory.delete(account)
        await self.users.remove_staff(account)

    def _not_oneself(self, account: str) -> None:
        if account == self.scope.account:
            raise Conflict("Nobody takes the own rights away; another administrator can.")

    async def _pilot(self, role: str, organisation: str | None) -> str | None:
        """The pilot that follows from an organisation: an id of ``users``, never what a person typed."""
        if organisation is None:
            if role in _OF_A_PLACE:
                raise _wrong("missing", "This role belongs to an organisation.")
            return None
        place = await self._place(organisation)
        if place is None:
            raise _wrong("unknown", "There is no such organisation.")
        return place.pilot.id

    async def _place(self, organisation: str) -> Place | None:
        known = await self.users.organisations(self.scope)
        return next((place for place in known if place.id == organisation), None)


async def tell_users(users: UsersClient, person: Person) -> None:
    """Let participants and colleagues know a member of staff by what is true now.

    Who may not sign in gets no letters about participants either.
    """
    member = {
        "name": person.name,
        "email": person.email if person.enabled else None,
        "role": person.role,
        "organisation_id": person.organisation,
    }
    await users.put_staff(person.id, StaffMember.model_validate(member))


def _check_project(role: str, project: str | None) -> None:
    if project is not None and role != DATA_SCIENTIST:
        raise _wrong("not_of_role", "Only data scientists work for a project.", "project")


def _wrong(code: str, message: str, field: str = "organisation") -> Unprocessable:
    return Unprocessable(errors=(FieldError(field, code, message),))
