"""Making accounts and signing in with them."""

from dataclasses import asdict, dataclass

from smartbear.identity.actions import backchannel, passwords, tries, witness
from smartbear.identity.model.accounts import Account
from smartbear.identity.model.realm import realm
from smartbear.identity.store import accounts, sessions
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput, Conflict, NotFound

_log = logs.get("identity")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at ``address`` claims to be ``username``; ``browser`` is the cookie of one who has been."""

    username: str
    password: str
    address: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a wrong name, a wrong password and a disabled account alike."""

    tries_left: int
    """Before one has to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to make; organisation, pilot and participant are ids, a project is its name."""

    username: str
    role: str
    name: str
    email: str | None = None
    organisation: str | None = None
    pilot: str | None = None
    participant: str | None = None
    project: str | None = None


async def create_account(
    context: Context, new: NewAccount, password: str, *, must_be_new: bool = False
) -> str:
    """Add an account and return its id; an account of that name and role that is there is left as it is.

    Conflict if it is there with another role, or at all when it ``must_be_new``.
    """
    if new.role not in realm().roles:
        raise BadInput(f"There is no role {new.role}.")
    account = Account(id=context.new_id(), disabled=False, **asdict(new))
    hashed = await passwords.hashed(password)
    async with context.db.transaction() as tx:
        if await accounts.insert(tx, account, hashed, context.clock.now()):
            witness.account(account.id, "account-added", "C")
            _log.info("account_created", role=new.role)
            return account.id
        known = await accounts.by_username(tx, new.username)
    if known is None or must_be_new or known[0].role != new.role:
        raise Conflict("An account of this name exists already.")
    return known[0].id


async def set_password(context: Context, username: str, password: str) -> None:
    """Give an account a new password and sign it out everywhere: whoever knew the old one is gone."""
    hashed = await passwords.hashed(password)
    async with context.db.transaction() as tx:
        found = await accounts.by_username(tx, username)
        if found is None:
            raise NotFound("No account has this name.")
        witness.account(found[0].id, "password-change", "U")
        await accounts.set_password(tx, found[0].id, hashed)
        await backchannel.tell(tx, await sessions.end_all(tx, found[0].id, context.clock.now()))
    _log.info("password_set", role=found[0].role)


async def check_password(context: Context, attempt: Attempt) -> Account | Refused:
    """The account, if the password is right and the account in use. Every answer costs one hash.

    Raises TooManyRequests while this name must wait at this address.
    """
    counted = tries.counted_under(context, attempt.username, attempt.address, attempt.browser)
    left = await tries.take(context, counted, tries.FREE_TRIES)
    of_address = tries.of_address(attempt.address)
    is_known = tries.is_known(context, attempt.username, attempt.browser)
    if not is_known:
        await tries.take(context, of_address, tries.FREE_TRIES_OF_ADDRESS)
    async with context.db.connection() as c:
        found = await accounts.by_username(c, attempt.username)
    right = await passwords.matches(attempt.password, found[1] if found else None)
    if not found or not right or found[0].disabled:
        _log.warning("sign_in_refused")
        return Refused(left)
    async with context.db.transaction() as tx:
        await sessions.forget_tries(tx, counted, context.clock.now())
        if not is_known:
            await sessions.give_try_back(tx, of_address, context.clock.now())
    return found[0]
