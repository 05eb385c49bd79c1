"""Browser sessions: beginning, finding and ending them."""

from dataclasses import dataclass
from datetime import datetime

from smartbear.identity.actions import backchannel, secrets, witness
from smartbear.identity.model.accounts import Account
from smartbear.identity.settings import IdentitySettings
from smartbear.identity.store import accounts, grants, sessions
from smartbear.kit import logs
from smartbear.kit.context import Context

_log = logs.get("identity")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that has signed in; ``secret`` is what its cookie holds."""

    account: str
    since: datetime
    secret: str
    amr: tuple[str, ...]
    """How the person proved who they are (RFC 8176)."""

    @property
    def digest(self) -> bytes:
        """What the session is kept under."""
        return secrets.digest(self.secret)


async def begin_session(
    context: Context, settings: IdentitySettings, account: Account, amr: tuple[str, ...], browser: str
) -> SignedIn:
    """Remember that this browser has signed in, under a secret no page gave it."""
    secret, digest = secrets.fresh()
    now = context.clock.now()
    witness.person(account, "sign-in")
    async with context.db.transaction() as tx:
        lifetime = settings.session(account.role)
        await sessions.open_session(tx, digest, account.id, now, lifetime, amr=amr, browser=browser)
    _log.info("signed_in", role=account.role, kind="+".join(amr))
    return SignedIn(account.id, now, secret, amr)


async def find_session(context: Context, secret: str) -> SignedIn | None:
    """The session behind a cookie, if it is there, in time, and of an account in use."""
    if not secret:
        return None
    async with context.db.connection() as c:
        found = await sessions.session(c, secrets.digest(secret), context.clock.now())
        account = await accounts.by_id(c, found.account) if found else None
    if found is None or account is None or account.disabled:
        return None
    return SignedIn(found.account, found.signed_in_at, secret, found.amr)


async def end_session(context: Context, secret: str, family: str | None) -> None:
    """Sign the browser out, end every token family that came from it, and tell the clients that want to know.

    ``family`` ends as well: its tokens may have outlived the session they came from.
    """
    now = context.clock.now()
    async with context.db.transaction() as tx:
        found = await sessions.session(tx, secrets.digest(secret), now)
        if found:
            witness.person(await accounts.by_id(tx, found.account), "sign-out")
        ended = await sessions.end_session(tx, secrets.digest(secret), now)
        if family:
            ended += await grants.revoke(tx, family, now)
        await backchannel.tell(tx, ended)
