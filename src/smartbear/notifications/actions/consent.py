"""Heeding what a person's consent says: from then on the care team is told nothing about the person."""

from smartbear.contracts.events import ConsentChanged
from smartbear.kit.context import Context
from smartbear.notifications.store import consents


async def heed(context: Context, change: ConsentChanged) -> None:
    """Remember when the person's data is withheld; letters on their way look before they leave."""
    async with context.db.connection() as connection:
        await consents.put(connection, change)
