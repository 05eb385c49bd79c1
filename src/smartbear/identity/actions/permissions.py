"""What people let programs of others do: asked once, remembered, and taken back on the account page."""

from smartbear.contracts.trail import saw
from smartbear.identity.actions import backchannel, witness
from smartbear.identity.actions.authorize import Asked
from smartbear.identity.actions.sign_in import SignedIn
from smartbear.identity.store import permissions
from smartbear.kit import logs
from smartbear.kit.context import Context

_log = logs.get("identity")


async def has_to_ask(context: Context, asked: Asked, account: str) -> bool:
    """Whether a person has to allow what a program asks for; the platform's own programs need not ask."""
    client = asked.back.client
    if client.is_ours:
        return False
    async with context.db.connection() as c:
        allowed = await permissions.allowed(c, account, client.id)
    return "consent" in asked.prompts or not asked.wishes <= allowed


async def allow(context: Context, asked: Asked, account: str) -> None:
    """Remember that a person allows what is asked for."""
    client = asked.back.client.id
    async with context.db.transaction() as tx:
        await permissions.allow(tx, account, client, asked.wishes, context.clock.now())
        await witness.owner(tx, account, "permission-given")
        saw(f"Client/{client}")
    _log.info("permission_given", client=client)


async def take_back(context: Context, session: SignedIn, client: str) -> None:
    """Have a program ask anew, and end what it has; one that was never allowed anything changes nothing."""
    async with context.db.transaction() as tx:
        ended = await permissions.take_back(tx, session.account, client, context.clock.now())
        if ended is not None:
            await witness.owner(tx, session.account, "permission-taken-back")
            saw(f"Client/{client}")
            await backchannel.tell(tx, ended)
    _log.info("permission_taken_back")
