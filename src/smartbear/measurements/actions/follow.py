"""Following what ``users`` tells about people and devices."""

from smartbear.contracts.events import DeviceAssigned, ParticipantChanged
from smartbear.kit.context import Context
from smartbear.measurements.store import people


async def participant(context: Context, event: ParticipantChanged) -> None:
    """Remember whose a person is and whether readings are still taken."""
    async with context.db.connection() as connection:
        await people.put_person(connection, event)


async def device(context: Context, event: DeviceAssigned) -> None:
    """Remember which device was whose and when."""
    async with context.db.connection() as connection:
        await people.put_holding(connection, event)
