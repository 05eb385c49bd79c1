"""Changing the own e-mail address: the new one is confirmed there, and the old one hears of it."""

from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import letters, own, secrets, witness
from smartbear.identity.actions.administration import tell_users
from smartbear.identity.actions.sign_in import SignedIn
from smartbear.identity.model.registration import is_email
from smartbear.identity.store import accounts, links, people
from smartbear.kit import logs
from smartbear.kit.context import Context

_log = logs.get("identity")


async def ask(context: Context, session: SignedIn, current: str, address: str) -> str | None:
    """Have a link sent to a new address; returns the word for what is wrong, or None.

    The answer does not say whether the address is another account's: a letter there does.
    """
    if not is_email(address):
        return "bad_email"
    account = await own.proven(context, session, current)
    if account is None:
        return "wrong_password"
    async with context.db.transaction() as tx:
        known = await people.by_name_or_address(tx, address)
        if any(other.id != account.id for other in known):
            await letters.send(tx, context, "exists", address, account.language)
        else:
            await letters.send_link(tx, context, "address", account, to=address)
    return None


async def confirm(context: Context, users: UsersClient, link: str) -> bool:
    """Make the address a link was sent to the account's; False if the link is over."""
    async with context.db.transaction() as tx:
        used = await links.use(tx, secrets.digest(link), "address", context.clock.now())
        account = await accounts.by_id(tx, used.account) if used else None
        if used is None or account is None or account.disabled:
            return False
        await people.change(tx, account.id, {"email": used.address})
        witness.person(account, "email-change")
        if account.email:
            await letters.send(tx, context, "address_changed", account.email, account.language)
        person = await people.person(tx, account.id)
    if person:
        await tell_users(users, person)
    _log.info("address_changed", role=account.role)
    return True
