"""Erasing one person's readings, and what is known of the person here."""

from smartbear.contracts.erasure import Erased, Erasing
from smartbear.contracts.trail import did
from smartbear.kit.context import Context
from smartbear.measurements.store import erasure


async def erase(context: Context, person: Erasing) -> Erased:
    """Remove a part of it; nothing removed says that there is nothing left."""
    async with context.db.transaction() as tx:
        did("erasure", "D")
        return Erased(removed=await erasure.erase(tx, person.subject))
