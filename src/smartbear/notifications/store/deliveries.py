"""Messages on their way, and whether they arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smartbear.contracts.inbox import Channel, Recipient
from smartbear.contracts.people import Language
from smartbear.kit.db import Connection
from smartbear.notifications.model.deliveries import Message, Planned


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to be sent."""

    delivery_id: str
    notice_id: str
    participant: str
    language: Language
    recipient: Recipient
    message: Message
    address: str
    tries: int
    """Attempts that have failed."""
    is_withheld: bool
    """Whether the participant's consent keeps it from this recipient."""


async def add(
    connection: Connection, notice_id: str, planned: Sequence[tuple[str, Planned]], at: datetime
) -> None:
    """Note down messages to be delivered, each with the id it gets."""
    await connection.executemany(
        """INSERT INTO delivery (id, notice_id, channel, recipient, message, address, state, at)
           VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7)""",
        [(key, notice_id, p.channel, p.recipient, p.message, p.address, at) for key, p in planned],
    )


async def unreached(connection: Connection, notice_ids: Sequence[str], channel: Channel) -> list[str]:
    """Those of the notices whose message by this channel has not arrived yet."""
    found = await connection.fetch(
        """SELECT DISTINCT notice_id::text FROM delivery
           WHERE notice_id = ANY($1::uuid[]) AND channel = $2 AND state = 'pending'""",
        notice_ids,
        channel,
    )
    return [row["notice_id"] for row in found]


async def reach(connection: Connection, notice_ids: Sequence[str], channel: Channel, at: datetime) -> None:
    """What was pending by this channel has arrived."""
    await connection.execute(
        """UPDATE delivery SET state = 'delivered', at = $3
           WHERE notice_id = ANY($1::uuid[]) AND channel = $2 AND state = 'pending'""",
        notice_ids,
        channel,
        at,
    )


async def read(connection: Connection, notice_id: str, channel: Channel, at: datetime) -> None:
    """The recipient has acknowledged what came by this channel."""
    await connection.execute(
        """UPDATE delivery SET state = 'read', at = $3
           WHERE notice_id = $1 AND channel = $2 AND state IN ('pending', 'delivered')""",
        notice_id,
        channel,
        at,
    )


async def letter(connection: Connection, delivery_id: str) -> Letter | None:
    """The e-mail of a delivery, None if it has been sent or given up."""
    row = await connection.fetchrow(
        """SELECT d.id::text AS delivery_id, n.id::text AS notice_id, n.participant, n.language, d.recipient,
                  d.message, d.address, d.tries, d.recipient <> 'participant' AND EXISTS (
                      SELECT FROM withheld w WHERE w.subject = n.subject) AS is_withheld
           FROM delivery d JOIN notice n ON n.id = d.notice_id
           WHERE d.id = $1 AND d.channel = 'email' AND d.state = 'pending'""",
        delivery_id,
    )
    return Letter(**row) if row else None


async def finish(
    connection: Connection, delivery_id: str, state: str, at: datetime, detail: str | None
) -> bool:
    """End a pending delivery and forget the address; False if it had ended before."""
    status = await connection.execute(
        """UPDATE delivery SET state = $2, at = $3, detail = $4, tries = tries + 1, address = NULL
           WHERE id = $1 AND state = 'pending'""",
        delivery_id,
        state,
        at,
        detail,
    )
    return status != "UPDATE 0"


async def postpone(connection: Connection, delivery_id: str, tries: int, detail: str) -> bool:
    """Count a failed attempt; False if it was counted before or the delivery has ended."""
    status = await connection.execute(
        """UPDATE delivery SET tries = tries + 1, detail = $3
           WHERE id = $1 AND state = 'pending' AND tries = $2""",
        delivery_id,
        tries,
        detail,
    )
    return status != "UPDATE 0"
