"""Asking for an account, and getting back into one.

Whoever asks gets the same answer after the same work, whether or not there is such an account; what there is
to say goes to the address, by a job.
"""

from dataclasses import asdict
from typing import Any

from smartbear.contracts.letters import LetterRefused
from smartbear.contracts.trail import did
from smartbear.identity.actions import backchannel, letters, passwords, secrets, witness
from smartbear.identity.model.registration import Registration
from smartbear.identity.store import accounts, links, people, sessions
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.jobs import defer

ANSWER, FIND = "identity.registration.answer", "identity.reset.find"
_log = logs.get("identity")


async def register(context: Context, form: Registration) -> None:
    """Keep a good form until an administrator has looked at it."""
    hashed = await passwords.hashed(form.password)
    account = context.new_id()
    async with context.db.transaction() as tx:
        is_new = await people.request_account(tx, account, form, hashed, context.clock.now())
        if is_new:
            witness.account(account, "registration", "C")
        else:
            did("registration", "C")
        payload = {"is_new": is_new, "email": form.email, "language": form.language}
        await defer(tx, queue="identity", task=ANSWER, payload=payload)
    _log.info("account_asked_for")


async def answer(context: Context, asked: dict[str, Any]) -> None:
    """Tell whoever reads the address: it was received, there is an account already, or the name is taken."""
    async with context.db.transaction() as tx:
        known = await people.by_name_or_address(tx, asked["email"])
        kind: letters.Kind = "received" if asked["is_new"] else "exists" if known else "name_taken"
        await letters.send(tx, context, kind, asked["email"], asked["language"])


async def confirm(context: Context, link: str) -> bool:
    """Let an approved account sign in, whose owner has read the letter; False if the link is over."""
    async with context.db.transaction() as tx:
        used = await links.use(tx, secrets.digest(link), "confirm", context.clock.now())
        if used:
            await people.wait_for(tx, used.account, None)
            await people.forget_refusal(tx, used.account)
            await witness.owner(tx, used.account, "account-confirmed")
    return used is not None


async def ask_for_reset(context: Context, name: str) -> None:
    """Have a link sent to the address of an account, if there is one of that name or address."""
    async with context.db.transaction() as tx:
        await defer(tx, queue="identity", task=FIND, payload={"name": name})


async def send_reset(context: Context, name: str) -> None:
    """Send the link to every account that name or address may mean and that may sign in."""
    async with context.db.transaction() as tx:
        for person in await people.by_name_or_address(tx, name):
            if person.enabled and person.waits_for is None:
                await letters.send_link(tx, context, "reset", person)


async def note_refusal(context: Context, refused: LetterRefused) -> None:
    """Let administrators see whose address takes no letter; of nobody's address nothing is kept."""
    async with context.db.transaction() as tx:
        await people.note_refusal(tx, refused.opened(context).to, refused.at)


async def owner_of_link(context: Context, link: str) -> dict[str, str] | None:
    """What others know of the owner of a link, for judging the new password; None if the link is over."""
    async with context.db.connection() as c:
        account = await links.account_of(c, secrets.digest(link), "reset", context.clock.now())
        found = await accounts.by_id(c, account) if account else None
    known = ("username", "name", "email")
    return {name: value or "" for name, value in asdict(found).items() if name in known} if found else None


async def reset(context: Context, link: str, password: str) -> bool:
    """Give the link's account a password and sign it out everywhere; False if the link is over."""
    hashed = await passwords.hashed(password)
    now = context.clock.now()
    async with context.db.transaction() as tx:
        used = await links.use(tx, secrets.digest(link), "reset", now)
        if used is None:
            return False
        witness.person(await accounts.by_id(tx, used.account), "password-reset")
        await accounts.set_password(tx, used.account, hashed)
        await people.forget_refusal(tx, used.account)
        await backchannel.tell(tx, await sessions.end_all(tx, used.account, now))
        await _tell_of_change(tx, context, used.account)
    _log.info("password_set")
    return True


async def _tell_of_change(tx: Any, context: Context, account: str) -> None:
    found = await accounts.by_id(tx, account)
    if found and found.email:
        await letters.send(tx, context, "changed", found.email, found.language)
