"""Reading our own tokens back: introspection, userinfo, revocation."""

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from smartbear.identity.actions import backchannel, secrets
from smartbear.identity.actions.keys import SigningKeys
from smartbear.identity.actions.tokens import ALGORITHM
from smartbear.identity.model.accounts import Client
from smartbear.identity.model.realm import realm
from smartbear.identity.store import accounts, grants
from smartbear.kit.context import Context

Claims = dict[str, Any]
INTROSPECT = "token.introspect"
"""The scope of a service that asks about tokens it was shown."""


def issuers(context: Context) -> list[str]:
    """Every name this provider goes by, the canonical one first."""
    return [origin + realm().issuer_path for origin in context.settings.addresses()]


def _decoded(keys: SigningKeys, token: str) -> jwt.Token | None:
    """A token with a good signature of ours; joserfc stumbles over headers of wrong shapes in many ways."""
    try:
        return jwt.decode(token, keys.verifying, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, AttributeError, KeyError):
        return None


async def read_access_token(context: Context, keys: SigningKeys, token: str) -> Claims | None:
    """The claims of an access token that is ours, in time, and not revoked; else None."""
    decoded = _decoded(keys, token)
    if decoded is None:
        return None
    claims: Claims = decoded.claims
    in_time = float(claims.get("exp", 0)) > context.clock.now().timestamp()
    ours = claims.get("iss") in issuers(context) and decoded.header.get("typ") == "at+jwt"
    if not (in_time and ours):
        return None
    if "sid" in claims:
        async with context.db.connection() as c:
            if await grants.is_revoked(c, claims["sid"]):
                return None
    return claims


def read_id_token(context: Context, keys: SigningKeys, token: str) -> Claims:
    """The claims of an ID token of ours, which may have expired; nothing if it is not one."""
    decoded = _decoded(keys, token)
    if decoded is None:
        return {}
    ours = decoded.claims.get("iss") in issuers(context) and decoded.header.get("typ") == "JWT"
    return decoded.claims if ours else {}


async def read_token(context: Context, keys: SigningKeys, token: str, client: Client) -> Claims | None:
    """What introspection tells ``client`` of a token (RFC 7662); None if not good, or not its business.

    A client may ask about its own tokens, and with the scope ``token.introspect`` about everybody's.
    """
    claims = await read_access_token(context, keys, token)
    told = claims | {"token_type": "Bearer"} if claims else await _refresh_token(context, token)
    asks_about_all = INTROSPECT in client.scopes
    return told if told and (asks_about_all or told["client_id"] == client.id) else None


async def _refresh_token(context: Context, token: str) -> Claims | None:
    async with context.db.connection() as c:
        found = await grants.refresh_in_force(c, secrets.digest(token), context.clock.now())
    if found is None:
        return None
    grant, until = found
    return {
        "sub": grant.account,
        "client_id": grant.client,
        "scope": grant.scope,
        "exp": int(until.timestamp()),
        "token_type": "refresh_token",
    }


async def told_of(context: Context, keys: SigningKeys, token: str) -> Claims | None:
    """What userinfo tells to the holder of an access token with the scope ``openid``."""
    claims = await read_access_token(context, keys, token)
    if claims is None or "sid" not in claims or "openid" not in claims["scope"].split():
        return None
    async with context.db.connection() as c:
        account = await accounts.by_id(c, claims["sub"])
        wanted = await grants.wanted_claims(c, claims["sid"])
    if account is None or account.disabled:
        return None
    return {"sub": account.id, **account.claims(claims["scope"], tuple(wanted.get("userinfo", ())))}


async def revoke(context: Context, keys: SigningKeys, client_id: str, token: str) -> None:
    """End the family of a client's token (RFC 7009); a token that is not the client's changes nothing."""
    async with context.db.connection() as c:
        found = await grants.family_of_refresh(c, secrets.digest(token))
    if found is None:
        claims = await read_access_token(context, keys, token) or {}
        found = (claims["sid"], claims["client_id"]) if "sid" in claims else None
    if found and found[1] == client_id:
        async with context.db.transaction() as tx:
            await backchannel.tell(tx, await grants.revoke(tx, found[0], context.clock.now()))
