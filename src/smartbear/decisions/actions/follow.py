"""Following what ``users`` tells about people, and the repository about their consent."""

from smartbear.contracts.events import ConsentChanged, ParticipantChanged
from smartbear.decisions.store import consents, people
from smartbear.kit.context import Context


async def participant(context: Context, event: ParticipantChanged) -> None:
    """Remember whose a person is, and since when readings are expected."""
    async with context.db.connection() as connection:
        await people.put(connection, event, context.clock.now().date())


async def consent(context: Context, change: ConsentChanged) -> None:
    """Remember from whom a person's data is withheld, from the next question on."""
    async with context.db.connection() as connection:
        await consents.put(connection, change)
