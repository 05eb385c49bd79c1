"""People: who may see them, and the lock under which they are judged."""

from datetime import date

from smartbear.contracts.events import ParticipantChanged
from smartbear.decisions.model.rows import Visible
from smartbear.kit.db import Connection

_LOCK = "SELECT FROM person WHERE subject = $1 FOR UPDATE"


async def lock(tx: Connection, subject: str) -> None:
    """Wait until nobody else judges this person, and keep it so until the transaction ends."""
    while await tx.execute(_LOCK, subject) == "SELECT 0":
        await tx.execute("INSERT INTO person (subject) VALUES ($1) ON CONFLICT DO NOTHING", subject)


async def wait(tx: Connection, subject: str) -> None:
    """Let whoever judges this person end first, and keep others from it; nobody judges who is unknown."""
    await tx.execute(_LOCK, subject)


async def put(connection: Connection, event: ParticipantChanged, today: date) -> None:
    """Remember a person's organisation, and when the person was first heard of."""
    await connection.execute(
        """INSERT INTO person AS p (subject, organisation, known_since) VALUES ($1, $2, $3)
           ON CONFLICT (subject) DO UPDATE
           SET organisation = excluded.organisation,
               known_since = coalesce(p.known_since, excluded.known_since)""",
        event.subject,
        event.organisation,
        today,
    )


async def sees(connection: Connection, visible: Visible, subject: str) -> bool:
    """Whether the person is among those a caller may see."""
    if visible.everything or visible.subject == subject:
        return True
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM cared WHERE subject = $1 AND organisation = ANY($2::uuid[]))",
        subject,
        visible.organisations,
    )
    return found
