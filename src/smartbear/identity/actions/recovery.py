"""Recovery codes: making them, which ends the earlier ones, and signing in with one.

They are kept as keyed hashes: whoever reads the table without the platform's key can guess nothing.
"""

import hmac

from smartbear.identity.actions import letters, secrets, witness
from smartbear.identity.actions.factors import Waiting, take_guess
from smartbear.identity.model import recovery
from smartbear.identity.store import factors, sessions
from smartbear.kit import logs
from smartbear.kit.context import Context

_PURPOSE = "identity recovery codes"
_log = logs.get("identity")


async def renew(context: Context, account: str) -> tuple[str, ...]:
    """New codes, which can be read this once."""
    codes = recovery.fresh()
    digests = [_digest(context, account, code) for code in codes]
    async with context.db.transaction() as tx:
        await factors.put_recovery_codes(tx, account, digests, context.clock.now())
        await witness.owner(tx, account, "recovery-codes-made")
    _log.info("recovery_codes_made")
    return codes


async def first(context: Context, account: str) -> tuple[str, ...]:
    """Codes for somebody who has a second factor and none of them yet; else nothing."""
    async with context.db.connection() as c:
        known = await factors.recovery_codes_left(c, account)
    return () if known else await renew(context, account)


async def check(context: Context, who: Waiting, given: str, browser: str) -> bool:
    """Use a code up. Its owner hears of it, in case it was somebody else.

    Raises TooManyRequests after too many wrong ones, of any kind of second factor.
    """
    counted = await take_guess(context, who, browser)
    digest, now = _digest(context, who.account.id, given), context.clock.now()
    async with context.db.transaction() as tx:
        if who.sets_up or not await factors.use_recovery_code(tx, who.account.id, digest):
            return False
        await sessions.forget_tries(tx, counted, now)
        witness.person(who.account, "recovery-code-used")
        if who.account.email:
            await letters.send(tx, context, "recovery_used", who.account.email, who.account.language)
        _log.warning("recovery_code_used")
        return await factors.close_half(tx, secrets.digest(who.secret))


def _digest(context: Context, account: str, code: str) -> bytes:
    text = f"{account}\0{recovery.normal(code)}".encode()
    return hmac.digest(context.key(_PURPOSE), text, "sha256")
