"""The token endpoint's three grants."""

from collections.abc import Mapping
from datetime import datetime

from smartbear.identity.actions import backchannel, secrets, witness
from smartbear.identity.actions.tokens import Answer, Issuer
from smartbear.identity.model import pkce
from smartbear.identity.model.accounts import Client, Grant
from smartbear.identity.model.faults import OAuthFault
from smartbear.identity.store import grants
from smartbear.kit import logs
from smartbear.kit.db import Connection

Form = Mapping[str, str]
_log = logs.get("identity")


async def exchange(issuer: Issuer, client: Client, form: Form) -> Answer:
    """Tokens for a grant; OAuthFault says what is wrong with it."""
    grant = form.get("grant_type", "")
    if grant not in _GRANTS:
        raise OAuthFault("unsupported_grant_type", "The grant type is not one of this provider's.")
    if grant not in client.grants:
        raise OAuthFault("unauthorized_client", "The client may not use this grant.")
    return await _GRANTS[grant](issuer, client, form)


async def _client_credentials(issuer: Issuer, client: Client, form: Form) -> Answer:
    answer = await issuer.for_client(client, form.get("scope", ""))
    witness.client(client)
    return answer


async def _code(issuer: Issuer, client: Client, form: Form) -> Answer:
    """A code is good once, for its client, at its address, with its proof.

    A second use ends what the first one gave (RFC 6749 §4.1.2).
    """
    context, now = issuer.context, issuer.context.clock.now()
    fault = OAuthFault("invalid_grant", "The code is not good, or not good any more.")
    async with context.db.transaction() as tx:
        found = await grants.use_code(tx, secrets.digest(form.get("code", "")), now)
        if found is None or found.grant.client != client.id:
            raise fault
        if found.is_first_use and not found.is_revoked and found.expires_at > now:
            right_address = found.redirect_uri == form.get("redirect_uri")
            if right_address and pkce.proves(form.get("code_verifier", ""), found.challenge):
                return await issuer.for_grant(tx, client, found.grant)
        await _end(tx, found.grant, now, "code-refused")
    _log.warning("code_refused", client=client.id)
    raise fault


async def _refresh_token(issuer: Issuer, client: Client, form: Form) -> Answer:
    """A refresh token is good once; a second use means that somebody else has it, and ends the family."""
    context, now = issuer.context, issuer.context.clock.now()
    fault = OAuthFault("invalid_grant", "The refresh token is not good, or not good any more.")
    async with context.db.transaction() as tx:
        found = await grants.use_refresh(tx, secrets.digest(form.get("refresh_token", "")), now)
        if found is None or found.grant.client != client.id:
            raise fault
        if found.is_first_use and not found.is_revoked and found.expires_at > now:
            return await issuer.for_grant(tx, client, found.grant)
        await _end(tx, found.grant, now, "token-reused")
    _log.warning("refresh_token_reused", client=client.id)
    raise fault


async def _end(tx: Connection, grant: Grant, now: datetime, why: str) -> None:
    """End what came from a sign-in; nobody knows who it was that came with it."""
    witness.account(grant.account, why, "E")
    await backchannel.tell(tx, await grants.revoke(tx, grant.family, now))


_GRANTS = {
    "authorization_code": _code,
    "refresh_token": _refresh_token,
    "client_credentials": _client_credentials,
}
