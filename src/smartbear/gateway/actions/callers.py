"""From a token to an access scope."""

import time
from typing import Any

from smartbear.contracts.roles import scopes_of_member
from smartbear.contracts.scope import ANONYMOUS, PARTICIPANT, STAFF, SYSTEM, AccessScope
from smartbear.contracts.users import UsersClient
from smartbear.gateway.actions.tokens import Tokens
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound, Unauthenticated

_REMEMBER = 60.0  # seconds that a participant's repository id is not asked for again
_MOST = 20_000  # participants remembered

NOBODY = AccessScope(role=ANONYMOUS)


class Callers:
    """Who stands behind a request."""

    def __init__(self, context: Context) -> None:
        self._tokens = Tokens(context)
        self._users = UsersClient(context)
        self._subjects: dict[str, tuple[float, str]] = {}

    async def identify(self, authorization: str, component: str) -> AccessScope:
        """The scope of whoever sends this Authorization header to a component; nobody without one."""
        if not authorization:
            return NOBODY
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Unauthenticated
        claims = await self._tokens.claims(token, component)
        roles = claims.get("roles")
        if roles is None and claims["sub"] == claims["client_id"]:
            return _machine(claims)
        role = _role(roles)
        if role == PARTICIPANT:
            return await self._participant(claims)
        if role in STAFF:
            return _person(claims, role)
        raise Unauthenticated

    async def _participant(self, claims: dict[str, Any]) -> AccessScope:
        now, account = time.monotonic(), claims["sub"]
        until, subject = self._subjects.get(account, (0.0, ""))
        if until < now:
            try:
                subject = (await self._users.account(account)).subject
            except NotFound:
                raise Unauthenticated from None
            if len(self._subjects) >= _MOST:
                self._subjects.clear()
            self._subjects[account] = (now + _REMEMBER, subject)
        return _person(claims, PARTICIPANT, subject)

    async def close(self) -> None:
        """Close the clients."""
        await self._tokens.close()
        await self._users.close()


def _role(roles: Any) -> str:
    """The one role of the platform's among those named; a Keycloak names others of its own beside it."""
    known = [role for role in (PARTICIPANT, *STAFF) if isinstance(roles, list) and role in roles]
    return known[0] if len(known) == 1 else ""


def _machine(claims: dict[str, Any]) -> AccessScope:
    return AccessScope(role=SYSTEM, client=claims["client_id"], scopes=tuple(claims["scope"].split()))


def _person(claims: dict[str, Any], role: str, subject: str | None = None) -> AccessScope:
    return AccessScope(
        role=role,
        account=claims["sub"],
        username=claims.get("preferred_username", ""),
        client=claims["client_id"],
        organisations=_one(claims.get("organisation")),
        pilots=_one(claims.get("pilot")),
        participant=claims.get("participant") if role == PARTICIPANT else None,
        subject=subject,
        scopes=scopes_of_member(role, claims.get("project")),
    )


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
