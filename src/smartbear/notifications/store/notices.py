"""Notices and the items that put them into inboxes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from smartbear.contracts.inbox import InboxCounts, InboxItem, Kind, OpenCounts
from smartbear.kit.db import Connection
from smartbear.notifications.model.notice import Audience, Notice
from smartbear.notifications.model.rows import Rows


async def add(connection: Connection, notice: Notice) -> bool:
    """Insert a notice; False if it, or one about the same undelivered message, is there already."""
    status = await connection.execute(
        """INSERT INTO notice SELECT * FROM jsonb_populate_record(NULL::notice, $1::jsonb)
           ON CONFLICT DO NOTHING""",
        notice.model_dump(mode="json"),
    )
    return status != "INSERT 0 0"


async def add_item(
    connection: Connection, notice_id: str, audience: Audience, resolved: dict[str, Any] | None
) -> None:
    """Put a notice into an inbox: open, or with ``resolved`` closed from the start."""
    await connection.execute(
        "INSERT INTO item (notice_id, audience, state, resolved) VALUES ($1, $2, $3, $4)",
        notice_id,
        audience,
        "resolved" if resolved else "pending",
        resolved,
    )


async def kinds(connection: Connection, episode_id: str) -> list[Kind]:
    """The kinds of all notices of an episode."""
    found = await connection.fetch("SELECT DISTINCT kind FROM notice WHERE episode_id = $1", episode_id)
    return [row["kind"] for row in found]


async def supersede(
    connection: Connection, episode_id: str, superseded: Mapping[Kind, Kind], at: datetime
) -> set[str]:
    """Close the episode's open items of each superseded kind; the ids of the notices concerned."""
    found = await connection.fetch(
        """UPDATE item i SET state = 'resolved', resolved = jsonb_build_object(
               'by', NULL, 'name', NULL, 'at', $3::timestamptz, 'outcome', $2::jsonb->>n.kind, 'note', NULL)
           FROM notice n
           WHERE n.id = i.notice_id AND n.episode_id = $1 AND $2::jsonb ? n.kind AND i.state <> 'resolved'
           RETURNING n.id::text""",
        episode_id,
        dict(superseded),
        at,
    )
    return {row["id"] for row in found}


async def acknowledge(
    connection: Connection, notice_id: str, audience: Audience, acknowledged: dict[str, Any]
) -> bool:
    """Whether the item was still pending, and is acknowledged now."""
    status = await connection.execute(
        """UPDATE item SET state = 'acknowledged', acknowledged = $3
           WHERE notice_id = $1 AND audience = $2 AND state = 'pending'""",
        notice_id,
        audience,
        acknowledged,
    )
    return status != "UPDATE 0"


async def resolve(connection: Connection, notice_id: str, resolved: dict[str, Any]) -> None:
    """Close the notice in every inbox where it is open."""
    await connection.execute(
        "UPDATE item SET state = 'resolved', resolved = $2 WHERE notice_id = $1 AND state <> 'resolved'",
        notice_id,
        resolved,
    )


async def escalate(connection: Connection, notice_id: str, at: datetime) -> bool:
    """Mark a notice the care team has not acknowledged; False if they have, or if it was marked before."""
    status = await connection.execute(
        """UPDATE notice n SET escalated_at = $2
           WHERE n.id = $1 AND n.escalated_at IS NULL AND EXISTS (
               SELECT FROM item i WHERE i.notice_id = n.id AND i.audience = 'ccm' AND i.state = 'pending')""",
        notice_id,
        at,
    )
    return status != "UPDATE 0"


async def notice(connection: Connection, notice_id: str) -> Notice | None:
    """A notice as it was raised."""
    body = await connection.fetchval("SELECT to_jsonb(n) FROM notice n WHERE n.id = $1", notice_id)
    return Notice.model_validate(body) if body else None


async def item(connection: Connection, rows: Rows, notice_id: str) -> InboxItem | None:
    """One item of the inbox of ``rows``."""
    body = await connection.fetchval(
        """SELECT body FROM inbox
           WHERE notice_id = $3 AND audience = $4
             AND (organisation_id = ANY($1::uuid[]) OR participant = $2)""",
        rows.organisations,
        rows.participant,
        notice_id,
        rows.audience,
    )
    return InboxItem.model_validate(body) if body else None


async def items(
    connection: Connection, rows: Rows, state: str | None, *, muted: bool, limit: int, offset: int
) -> Sequence[InboxItem]:
    """A page of the items in a state: open ones by urgency, all of them newest first."""
    found = await connection.fetch(
        """SELECT body FROM inbox
           WHERE audience = $3 AND (organisation_id = ANY($1::uuid[]) OR participant = $2)
             AND muted = $5 AND ($4::text IS NULL OR state = $4)
           ORDER BY CASE WHEN state = 'pending' THEN urgency END, raised_at DESC, notice_id DESC
           LIMIT $6 OFFSET $7""",
        rows.organisations,
        rows.participant,
        rows.audience,
        state,
        muted,
        limit,
        offset,
    )
    return [InboxItem.model_validate(row["body"]) for row in found]


async def counts(connection: Connection, rows: Rows) -> tuple[InboxCounts, int]:
    """How many items each box holds, and how many are muted."""
    row = await connection.fetchrow(
        """SELECT count(*) FILTER (WHERE state = 'pending' AND level = 'red') AS red,
                  count(*) FILTER (WHERE state = 'pending' AND level IN ('repeat', 'warning')) AS warning,
                  count(*) FILTER (WHERE state = 'pending' AND level = 'notice') AS other,
                  count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,
                  count(*) FILTER (WHERE state = 'resolved') AS closed,
                  (SELECT count(*) FROM inbox WHERE muted AND audience = $3
                      AND (organisation_id = ANY($1::uuid[]) OR participant = $2)) AS muted
           FROM inbox
           WHERE NOT muted AND audience = $3 AND (organisation_id = ANY($1::uuid[]) OR participant = $2)""",
        rows.organisations,
        rows.participant,
        rows.audience,
    )
    assert row is not None
    opened = OpenCounts(red=row["red"], warning=row["warning"], other=row["other"])
    return InboxCounts(open=opened, acknowledged=row["acknowledged"], closed=row["closed"]), row["muted"]
