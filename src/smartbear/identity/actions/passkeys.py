"""Passkeys as a second factor: making, using and forgetting them."""

from smartbear.identity.actions import secrets, witness
from smartbear.identity.actions.factors import Waiting
from smartbear.identity.model import webauthn
from smartbear.identity.model.webauthn import Expected, NotGenuine
from smartbear.identity.store import factors
from smartbear.identity.store.factors import Passkey
from smartbear.kit import logs
from smartbear.kit.context import Context

_log = logs.get("identity")


async def add(context: Context, who: Waiting, text: str, expected: Expected) -> bool:
    """Keep a new passkey of somebody who has signed in; False if it is not genuine, or not new."""
    try:
        made = webauthn.made(webauthn.read(text), expected)
    except NotGenuine:
        return False
    key = Passkey(made.id, who.account.id, made.public_key, made.sign_count, context.clock.now(), None)
    async with context.db.transaction() as tx:
        is_first = await factors.close_half(tx, secrets.digest(who.secret))
        added = is_first and await factors.add_passkey(tx, key)
        if added:
            witness.person(who.account, "passkey-added")
    _log.info("passkey_added", code="kept" if added else "refused")
    return added


async def check(context: Context, who: Waiting, text: str, expected: Expected) -> bool:
    """Whether one of the account's passkeys has signed this sign-in's challenge."""
    try:
        response = webauthn.read(text)
        wanted = webauthn.id_of(response)
        async with context.db.connection() as c:
            known = {key.id: key for key in await factors.passkeys_of(c, who.account.id)}
        key = known.get(wanted)
        if key is None:
            return False
        count = webauthn.used(response, expected, key.public_key, key.sign_count)
    except NotGenuine:
        _log.warning("passkey_refused")
        return False
    async with context.db.transaction() as tx:
        await factors.use_passkey(tx, key.id, count, context.clock.now())
        return await factors.close_half(tx, secrets.digest(who.secret))
