"""Accounts of staff in a Keycloak, through its Admin REST interface.

There, an account without a role waits for approval, and one that has to confirm its address waits for that.
"""

import itertools
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from smartbear.contracts.erasure import Erasing
from smartbear.contracts.roles import PARTICIPANT, STAFF
from smartbear.contracts.trail import saw
from smartbear.identity.model.keycloak import NAME, role_of
from smartbear.identity.model.people import Found, NewPerson, Person, Wanted
from smartbear.kit.errors import Conflict, NotFound, Unavailable

_CLIENT = "usermanager"
_BATCH = 500  # users a request
_FACTORS = frozenset({"otp", "webauthn", "webauthn-passwordless", "recovery-authn-codes"})
_RENEW = 30.0  # seconds a token has left when it is renewed
_FIELDS = {"given_name": "firstName", "family_name": "lastName", "email": "email"}
_PLACE = ("organisation", "pilot", "project")
_User = dict[str, Any]


class Keycloak:
    """The adapter for a Keycloak; ``http`` is a client of its address. Unavailable if it does not answer."""

    def __init__(self, http: httpx.AsyncClient, secret: str) -> None:
        self._http, self._secret = http, secret
        self._token, self._until = "", 0.0

    async def people(self, wanted: Wanted, first: int, most: int) -> Found:
        """Keycloak can search for a text and for nothing else asked for here, so all are looked at."""
        roles = {user["id"]: role for role in (*STAFF, PARTICIPANT) async for user in self._members(role)}
        found = self._all("/users", search=wanted.search, briefRepresentation="false")
        known = [(user, roles.get(user["id"], "")) async for user in found]
        staff = [_person(user, [role]) for user, role in known if role != PARTICIPANT]
        return Found.among(staff, wanted, first, most)

    def _members(self, role: str) -> AsyncIterator[_User]:
        return self._all(f"/roles/{role}/users")

    async def _all(self, path: str, **query: str) -> AsyncIterator[_User]:
        """Users in Keycloak's order, a batch at a time."""
        for first in itertools.count(0, _BATCH):
            batch = {"first": str(first), "max": str(_BATCH)}
            users: list[_User] = (await self._ask("GET", path, params=query | batch)).json()
            for user in users:
                yield user
            if len(users) < _BATCH:
                return

    async def person(self, account: str) -> Person:
        """NotFound if there is none; a participant's account is none of an administrator's."""
        user = (await self._ask("GET", _user(account))).json()
        roles = await self._roles(account)
        if PARTICIPANT in roles:
            raise NotFound("There is no such account.")
        return _person(user, roles)

    async def add(self, new: NewPerson, pilot: str | None) -> Person:
        """Keycloak's letter asks for a password and confirms the address."""
        described = new.model_dump(include={*_FIELDS, "organisation", "project"}) | {"pilot": pilot}
        user = _changed({"attributes": {"locale": [new.language]}}, described)
        answer = await self._ask("POST", "/users", json=user | {"username": new.username, "enabled": True})
        account = answer.headers["location"].rpartition("/")[2]
        saw(f"Account/{account}")
        await self._set_role(account, new.role)
        await self._send(account, "UPDATE_PASSWORD", "VERIFY_EMAIL")
        return await self.person(account)

    async def change(self, account: str, changes: dict[str, str | None]) -> Person:
        """A change of role, place or project ends what was allowed before."""
        before = await self.person(account)
        user = (await self._ask("GET", _user(account))).json()
        await self._ask("PUT", _user(account), json=_changed(user, changes))
        if "role" in changes:
            await self._set_role(account, changes["role"] or "")
        if before.waits_for == "approval" and changes.get("role"):
            await self._send(account, "VERIFY_EMAIL")
        after = await self.person(account)
        if before.standing != after.standing:
            await self._ask("POST", f"{_user(account)}/logout")
        return after

    async def set_enabled(self, account: str, *, enabled: bool) -> Person:
        """Disabling ends every session."""
        await self.person(account)
        user = (await self._ask("GET", _user(account))).json()
        await self._ask("PUT", _user(account), json=user | {"enabled": enabled})
        if not enabled:
            await self._ask("POST", f"{_user(account)}/logout")
        return await self.person(account)

    async def send_reset(self, account: str) -> None:
        """The password so far is good until the link is used."""
        waits = (await self.person(account)).waits_for == "email"
        await self._send(account, "VERIFY_EMAIL" if waits else "UPDATE_PASSWORD")

    async def remove_factors(self, account: str) -> None:
        """Keycloak's administrators see of a credential what kind it is, and no more."""
        await self.person(account)
        for kept in (await self._ask("GET", f"{_user(account)}/credentials")).json():
            if kept["type"] in _FACTORS:
                await self._ask("DELETE", f"{_user(account)}/credentials/{kept['id']}")
        await self._ask("POST", f"{_user(account)}/logout")

    async def delete(self, account: str) -> None:
        """Keycloak forgets the sessions with it."""
        await self.person(account)
        await self._ask("DELETE", _user(account))

    async def erase(self, person: Erasing) -> bool:
        """By the account's id; one that is not a participant's stays."""
        try:
            if person.account is None or PARTICIPANT not in await self._roles(person.account):
                return False
            await self._ask("DELETE", _user(person.account))
        except NotFound:
            return False
        return True

    async def public_keys(self) -> dict[str, Any]:
        """The JWK set its tokens are verified with."""
        path = f"/realms/{NAME}/protocol/openid-connect/certs"
        keys: dict[str, Any] = (await self._send_request("GET", path)).json()
        return keys

    async def _send(self, account: str, *actions: str) -> None:
        await self._ask("PUT", f"{_user(account)}/execute-actions-email", json=list(actions))

    async def _roles(self, account: str) -> list[str]:
        mapped = (await self._ask("GET", f"{_user(account)}/role-mappings/realm")).json()
        return [role["name"] for role in mapped]

    async def _set_role(self, account: str, role: str) -> None:
        path = f"{_user(account)}/role-mappings/realm"
        mapped = (await self._ask("GET", path)).json()
        await self._ask("DELETE", path, json=[one for one in mapped if one["name"] in STAFF])
        if role:
            await self._ask("POST", path, json=[(await self._ask("GET", f"/roles/{role}")).json()])

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {await self._bearer()}"}
        return await self._send_request(method, f"/admin/realms/{NAME}{path}", headers=headers, **options)

    async def _bearer(self) -> str:
        if time.monotonic() > self._until:
            form = {"grant_type": "client_credentials", "client_id": _CLIENT, "client_secret": self._secret}
            path = f"/realms/{NAME}/protocol/openid-connect/token"
            told = (await self._send_request("POST", path, data=form)).json()
            self._token, self._until = told["access_token"], time.monotonic() + told["expires_in"] - _RENEW
        return self._token

    async def _send_request(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Unavailable("Keycloak does not answer.", retry_after=5) from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise NotFound("There is no such account.")
        if answer.status_code == httpx.codes.CONFLICT:
            raise Conflict("An account of this name or address exists already.")
        if answer.is_error:
            raise Unavailable(f"Keycloak answers with status {answer.status_code}.", retry_after=5)
        return answer


def _user(account: str) -> str:
    return f"/users/{account}"


def _changed(user: _User, changes: Mapping[str, str | None]) -> _User:
    """A user with fields set; those that Keycloak keeps elsewhere are left to others."""
    fields = {_FIELDS[name]: value for name, value in changes.items() if name in _FIELDS}
    place = {name: [value] if value else [] for name, value in changes.items() if name in _PLACE}
    return user | fields | {"attributes": user.get("attributes", {}) | place}


def _person(user: _User, roles: list[str]) -> Person:
    role, attributes = role_of(roles), user.get("attributes", {})
    confirms = not user.get("emailVerified") and "VERIFY_EMAIL" in user.get("requiredActions", [])
    given, family = user.get("firstName", ""), user.get("lastName", "")
    return Person(
        id=user["id"],
        username=user["username"],
        given_name=given,
        family_name=family,
        name=f"{given} {family}".strip() or user["username"],
        email=user.get("email"),
        role=role,
        organisation=_first(attributes, "organisation"),
        pilot=_first(attributes, "pilot"),
        project=_first(attributes, "project"),
        language=_first(attributes, "locale") or "en",
        enabled=user["enabled"],
        waits_for="approval" if not role else "email" if confirms else None,
        created_at=datetime.fromtimestamp(user["createdTimestamp"] / 1000, UTC),  # which is in milliseconds
    )


def _first(attributes: Mapping[str, list[str]], name: str) -> str | None:
    return next(iter(attributes.get(name, [])), None)
