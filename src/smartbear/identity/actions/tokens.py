"""Making tokens: RFC 9068 access tokens, ID tokens, refresh tokens that change at every use."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt

from smartbear.identity.actions import secrets
from smartbear.identity.actions.keys import SigningKeys
from smartbear.identity.model.accounts import Account, Client, Grant
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.settings import IdentitySettings
from smartbear.identity.store import accounts, grants
from smartbear.kit.context import Context
from smartbear.kit.db import Connection

ALGORITHM = "RS256"
_REFRESH = "offline_access"
_OF_OPENID = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Issuer:
    """What tokens are made with; ``issuer`` is the address the request came to, one of the deployment's."""

    context: Context
    settings: IdentitySettings
    keys: SigningKeys
    issuer: str

    async def for_client(self, client: Client, scope: str) -> Answer:
        """An access token for a machine, in its own name (RFC 6749 §4.4)."""
        granted = allowed_scope(client, scope or " ".join(client.scopes))
        claims = {"sub": client.id, "client_id": client.id, "scope": granted}
        return self._answer(self._access(client, claims), granted)

    async def for_grant(self, tx: Connection, client: Client, grant: Grant) -> Answer:
        """Tokens for a person who signed in; OAuthFault if the account may not any more."""
        account = await accounts.by_id(tx, grant.account)
        if account is None or account.disabled:
            raise OAuthFault("invalid_grant", "The account is not in use.")
        claims = {
            "sub": account.id,
            "client_id": grant.client,
            "scope": grant.scope,
            "sid": grant.family,
            "auth_time": int(grant.signed_in_at.timestamp()),
            "acr": grant.acr,
            "amr": list(grant.amr),
            **account.standing(),
        }
        answer = self._answer(self._access(client, claims), grant.scope)
        if "openid" in grant.scope.split():
            answer["id_token"] = self._id_token(grant, account)
        if _REFRESH in grant.scope.split():
            answer["refresh_token"] = await self._refresh(tx, grant, account.role)
        return answer

    def _answer(self, access: str, scope: str) -> Answer:
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.settings.access_token_lifetime,
            "scope": scope,
        }

    def _access(self, client: Client, claims: Answer) -> str:
        """RFC 9068; a client with no business anywhere else has a token for this provider alone."""
        told = {"aud": list(client.services) or [self.issuer], "jti": self.context.new_id(), **claims}
        return self._signed("at+jwt", told)

    def _id_token(self, grant: Grant, account: Account) -> str:
        claims = {
            "sub": account.id,
            "aud": grant.client,
            "auth_time": int(grant.signed_in_at.timestamp()),
            "sid": grant.family,
            "acr": grant.acr,
            "amr": list(grant.amr),
            **account.claims(grant.scope, grant.claims.get("id_token", ())),
        }
        return self._signed("JWT", claims | ({"nonce": grant.nonce} if grant.nonce else {}))

    def _signed(self, kind: str, claims: Answer) -> str:
        now = int(self.context.clock.now().timestamp())
        times = {"iss": self.issuer, "iat": now, "exp": now + self.settings.access_token_lifetime}
        header = {"alg": ALGORITHM, "typ": kind, "kid": self.keys.current.kid}
        return jwt.encode(header, times | claims, self.keys.current, algorithms=[ALGORITHM])

    async def _refresh(self, tx: Connection, grant: Grant, role: str) -> str:
        secret, digest = secrets.fresh()
        until = self.context.clock.now() + self.settings.refresh(role)
        await grants.insert_refresh(tx, digest, grant.family, until)
        return secret


def allowed_scope(client: Client, asked: str) -> str:
    """What of the scopes asked for the client gets; OAuthFault if it asked for one that it may not have.

    Whoever signs people in may ask for all of OpenID Connect's; those that open nothing are left out.
    """
    wanted = dict.fromkeys(asked.split())
    free = _OF_OPENID if "authorization_code" in client.grants else ()
    if not wanted.keys() <= {*client.scopes, *free}:
        raise OAuthFault("invalid_scope", "The client may not have one of the scopes it asked for.")
    return " ".join(scope for scope in wanted if scope in client.scopes)
