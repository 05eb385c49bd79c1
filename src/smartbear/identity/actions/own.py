"""What people do with their own account."""

import re
from dataclasses import dataclass

from smartbear.contracts.roles import PARTICIPANT
from smartbear.contracts.users import UsersClient
from smartbear.identity.actions import backchannel, letters, passwords, tries, witness
from smartbear.identity.actions.sign_in import SignedIn
from smartbear.identity.model import webauthn
from smartbear.identity.model.accounts import Account
from smartbear.identity.model.strength import is_strong
from smartbear.identity.store import accounts, factors, people, permissions, sessions
from smartbear.identity.store.factors import Passkey
from smartbear.identity.store.permissions import Permission
from smartbear.identity.store.sessions import Session
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.errors import TooManyRequests, Unauthenticated

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_log = logs.get("identity")


@dataclass(frozen=True, slots=True)
class Overview:
    """An account as its owner sees it."""

    account: Account
    sessions: list[Session]
    here: str
    """The session this is looked at from."""
    has_totp: bool
    passkeys: list[Passkey]
    recovery_codes: int
    """That have not been used."""
    permissions: list[Permission]

    @property
    def may_delete(self) -> bool:
        """A participant's account goes with the participation, which is the care team's to end."""
        return self.account.role != PARTICIPANT


async def overview(context: Context, session: SignedIn) -> Overview:
    """The account behind a session; Unauthenticated if it has just been deleted."""
    now = context.clock.now()
    async with context.db.connection() as c:
        account = await accounts.by_id(c, session.account)
        if account is None:
            raise Unauthenticated
        here = await sessions.session(c, session.digest, now)
        return Overview(
            account,
            await sessions.sessions_of(c, account.id, now),
            here.id if here else "",
            (await factors.factors_of(c, account.id)).totp is not None,
            await factors.passkeys_of(c, account.id),
            await factors.recovery_codes_left(c, account.id),
            await permissions.permissions_of(c, account.id),
        )


async def end_session(context: Context, session: SignedIn, session_id: str) -> None:
    """Sign out one of the account's browsers; an id that is not of one changes nothing."""
    if not _UUID.fullmatch(session_id):
        return
    async with context.db.transaction() as tx:
        ended = await sessions.end_own(tx, session.account, session_id, context.clock.now())
        if ended is not None:
            await witness.owner(tx, session.account, "session-ended")
            await backchannel.tell(tx, ended)


async def end_others(context: Context, session: SignedIn) -> None:
    """Sign out every browser but this one."""
    now = context.clock.now()
    async with context.db.transaction() as tx:
        here = await sessions.session(tx, session.digest, now)
        await witness.owner(tx, session.account, "other-sessions-ended")
        for other in await sessions.sessions_of(tx, session.account, now):
            if here is None or other.id != here.id:
                ended = await sessions.end_own(tx, session.account, other.id, now)
                await backchannel.tell(tx, ended or ())


async def set_password(context: Context, session: SignedIn, current: str, password: str) -> str | None:
    """Change the password and sign out everywhere; returns the word for what is wrong, or None."""
    account = await proven(context, session, current)
    if account is None:
        return "wrong_password"
    if not is_strong(password, (account.username, account.name, account.email or "")):
        return "weak_password"
    hashed = await passwords.hashed(password)
    witness.person(account, "password-change")
    async with context.db.transaction() as tx:
        await accounts.set_password(tx, account.id, hashed)
        await backchannel.tell(tx, await sessions.end_all(tx, account.id, context.clock.now()))
        if account.email:
            await letters.send(tx, context, "changed", account.email, account.language)
    _log.info("password_set", role=account.role)
    return None


async def remove_passkey(context: Context, session: SignedIn, passkey: str) -> None:
    """Forget a passkey of the account's."""
    try:
        wanted = webauthn.decoded(passkey)
    except ValueError:
        return
    async with context.db.transaction() as tx:
        if await factors.remove_passkey(tx, session.account, wanted):
            await witness.owner(tx, session.account, "passkey-removed")


async def delete(context: Context, users: UsersClient, session: SignedIn, current: str) -> bool:
    """Delete the account and all that hangs on it; False if the password is wrong, or a participant's."""
    account = await proven(context, session, current)
    if account is None or account.role == PARTICIPANT:
        return False
    witness.person(account, "account-deletion")
    async with context.db.transaction() as tx:
        await backchannel.tell(tx, await sessions.end_all(tx, account.id, context.clock.now()))
        await people.delete(tx, account.id)
    await users.remove_staff(account.id)
    _log.info("account_deleted", role=account.role)
    return True


async def proven(context: Context, session: SignedIn, password: str) -> Account | None:
    """The account, if whoever holds its session knows its password as well; guesses are counted."""
    try:
        await tries.take(context, session.digest, tries.FREE_TRIES)
    except TooManyRequests:
        return None
    async with context.db.connection() as c:
        account = await accounts.by_id(c, session.account)
        found = await accounts.by_username(c, account.username) if account else None
    right = await passwords.matches(password, found[1] if found else None)
    return account if right else None
