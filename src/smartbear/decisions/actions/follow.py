"""Following what ``users`` tells about people."""

from smartbear.contracts.events import ParticipantChanged
from smartbear.decisions.store import people
from smartbear.kit.context import Context


async def participant(context: Context, event: ParticipantChanged) -> None:
    """Remember whose a person is, and since when readings are expected."""
    async with context.db.connection() as connection:
        await people.put(connection, event, context.clock.now().date())
