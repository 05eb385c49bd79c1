"""Following what ``users`` tells about people and devices, and the repository about consent."""

from smartbear.contracts.events import ConsentChanged, DeviceAssigned, ParticipantChanged
from smartbear.kit.context import Context
from smartbear.measurements.store import consents, people


async def participant(context: Context, event: ParticipantChanged) -> None:
    """Remember whose a person is and whether readings are still taken."""
    async with context.db.connection() as connection:
        await people.put_person(connection, event)


async def device(context: Context, event: DeviceAssigned) -> None:
    """Remember which device was whose and when."""
    async with context.db.connection() as connection:
        await people.put_holding(connection, event)


async def consent(context: Context, change: ConsentChanged) -> None:
    """Remember from whom a person's data is withheld, from the next question on."""
    async with context.db.connection() as connection:
        await consents.put(connection, change)
