"""Erasing what rules have found out about one person."""

from smartbear.contracts.erasure import Erased, Erasing
from smartbear.contracts.trail import did
from smartbear.decisions.store import erasure, people
from smartbear.kit.context import Context


async def erase(context: Context, person: Erasing) -> Erased:
    """Remove it all; nothing removed says that there is nothing left. Who judges the person goes first."""
    async with context.db.transaction() as tx:
        await people.wait(tx, person.subject)
        did("erasure", "D")
        return Erased(removed=await erasure.erase(tx, person.subject))
