"""Erasing what was raised about one person, with its deliveries, and that the person wrote."""

from smartbear.contracts.erasure import Erased, Erasing
from smartbear.contracts.trail import did
from smartbear.kit.context import Context
from smartbear.notifications.store import changes, erasure


async def erase(context: Context, person: Erasing) -> Erased:
    """Remove it all; nothing removed says that there is nothing left."""
    async with context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        did("erasure", "D")
        return Erased(removed=await erasure.erase(tx, person.subject, person.account))
