"""What ``users`` told about people and devices."""

from dataclasses import dataclass
from datetime import datetime

from smartbear.contracts.events import DeviceAssigned, ParticipantChanged
from smartbear.kit.db import Connection
from smartbear.measurements.model.rows import Visible


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of whom and what a batch comes from; None for what nobody has told yet."""

    status: str | None
    """Of the participant."""
    category: str | None
    """Of the device."""
    held_throughout: bool
    """Whether one assignment told of covers the whole time; False says nothing."""


async def sender(
    connection: Connection, subject: str, device_id: str | None, first: datetime, last: datetime
) -> Sender:
    """What is known of a person, a device, and the time from the first to the last reading of it."""
    row = await connection.fetchrow(
        """SELECT (SELECT status FROM person WHERE subject = $1) AS status,
                  (SELECT category FROM holding WHERE device_id = $2 LIMIT 1) AS category,
                  EXISTS (SELECT FROM holding WHERE device_id = $2 AND subject = $1 AND assigned_from <= $3
                            AND (assigned_to IS NULL OR assigned_to > $4)) AS held_throughout""",
        subject,
        device_id,
        first,
        last,
    )
    assert row is not None
    return Sender(**row)


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


async def put_person(connection: Connection, event: ParticipantChanged) -> None:
    """Remember a person's organisation and status."""
    await connection.execute(
        """INSERT INTO person (subject, organisation, status) VALUES ($1, $2, $3)
           ON CONFLICT (subject) DO UPDATE
           SET organisation = excluded.organisation, status = excluded.status""",
        event.subject,
        event.organisation,
        event.status,
    )


async def put_holding(connection: Connection, event: DeviceAssigned) -> None:
    """Remember whose a device was and when; told again, or out of order, an end once known stays."""
    await connection.execute(
        """INSERT INTO holding AS h (device_id, assigned_from, assigned_to, subject, label, category)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (device_id, assigned_from) DO UPDATE
           SET assigned_to = coalesce(excluded.assigned_to, h.assigned_to), subject = excluded.subject,
               label = excluded.label, category = excluded.category""",
        event.device_id,
        event.assigned_from,
        event.assigned_to,
        event.subject,
        event.label,
        event.category,
    )
