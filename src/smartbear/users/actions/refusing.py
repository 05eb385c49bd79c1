"""Saying that a participant is not there to whoever may not see one."""

from smartbear.contracts import trail
from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound
from smartbear.users.store import subjects


async def refusal(connection: Connection, participant_id: str) -> NotFound:
    """The error to raise; where there is such a participant, it will be seen there who asked."""
    found = await subjects.of(connection, [participant_id])
    trail.sought(found.get(participant_id, participant_id))
    return NotFound()
