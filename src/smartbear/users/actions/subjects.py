"""What other components ask about a person they know by account or by subject."""

from smartbear.contracts.people import AccountLink, Audience, Care
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound
from smartbear.users.store import subjects


async def by_account(context: Context, account: str) -> AccountLink:
    """The participant behind an account; NotFound if it is staff's or nobody's."""
    async with context.db.connection() as connection:
        link = await subjects.by_account(connection, account)
    if link is None:
        raise NotFound
    return link


async def of(context: Context, participant: str) -> str:
    """The subject of a participant; NotFound if there is no such participant."""
    async with context.db.connection() as connection:
        found = await subjects.of(connection, [participant])
    if participant not in found:
        raise NotFound
    return found[participant]


async def audience(context: Context, subject: str) -> Audience:
    """Who must hear about a subject; NotFound if nobody is this subject."""
    async with context.db.connection() as connection:
        found = await subjects.audience(connection, subject, context.clock.now().date())
    if found is None:
        raise NotFound
    return found


async def care(context: Context, subject: str) -> Care:
    """A subject's care team and devices; NotFound if nobody is this subject."""
    async with context.db.connection() as connection:
        found = await subjects.care(connection, subject)
    if found is None:
        raise NotFound
    return found
