"""Telling clients that a person has signed out (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from joserfc import jwt

from smartbear.identity.actions.clients import find_client
from smartbear.identity.actions.keys import signing_keys
from smartbear.identity.model.realm import realm
from smartbear.identity.settings import IdentitySettings
from smartbear.identity.store.sessions import Ended
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.http import post_form
from smartbear.kit.jobs import defer

TELL = "identity.signed_out.tell"
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME = timedelta(minutes=2)  # as §2.4 recommends
_log = logs.get("identity")


async def tell(tx: Connection, ended: Sequence[Ended]) -> None:
    """Have the clients of families told that these are over, each on its own, once ``tx`` has committed."""
    for family in ended:
        payload = {"client": family.client, "account": family.account, "family": family.family}
        if family.client not in realm().clients:  # none of the realm's has a server that could be told
            await defer(tx, queue="identity", task=TELL, payload=payload)


async def deliver(context: Context, settings: IdentitySettings, ended: Ended) -> None:
    """Tell one client; Unavailable if it does not take it, and the job is tried again."""
    client = await find_client(context, ended.client)
    if client is None or client.backchannel_logout is None:
        return
    form = {"logout_token": await _logout_token(context, settings, ended)}
    await post_form(client.backchannel_logout, form)
    _log.info("client_told", client=client.id)


async def _logout_token(context: Context, settings: IdentitySettings, ended: Ended) -> str:
    keys = await signing_keys(context, settings)
    now = context.clock.now()
    claims: dict[str, Any] = {
        "iss": context.settings.addresses()[0] + realm().issuer_path,
        "aud": ended.client,
        "sub": ended.account,
        "sid": ended.family,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFETIME).timestamp()),
        "jti": context.new_id(),
        "events": {_EVENT: {}},
    }
    header = {"alg": "RS256", "typ": "logout+jwt", "kid": keys.current.kid}
    return jwt.encode(header, claims, keys.current, algorithms=["RS256"])
