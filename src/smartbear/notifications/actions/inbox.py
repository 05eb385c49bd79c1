"""Reading an inbox, acknowledging and closing what is in it."""

from typing import Literal

from smartbear.contracts import trail
from smartbear.contracts.events import NoticeAcknowledged, NoticeResolved, publish
from smartbear.contracts.inbox import InboxItem, InboxPage, ItemState
from smartbear.contracts.scope import AccessScope
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import (
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    PlatformError,
    Unprocessable,
)
from smartbear.notifications import access
from smartbear.notifications.actions.receipts import channel, handed_over
from smartbear.notifications.actions.services import Services
from smartbear.notifications.model.notice import as_participant_sees
from smartbear.notifications.model.rows import Rows
from smartbear.notifications.store import changes, deliveries, notices

Box = Literal["open", "acknowledged", "closed", "muted"]
_STATES: dict[Box, ItemState | None] = {
    "open": "pending",
    "acknowledged": "acknowledged",
    "closed": "resolved",
    "muted": None,
}


async def page(context: Context, scope: AccessScope, box: Box, number: int, size: int) -> InboxPage:
    """A page of one box; what is on it has thereby reached the caller."""
    rows = access.inbox(scope)
    if box == "muted" and rows.audience == "participant":
        raise Forbidden
    found = await _page(context, rows, box, number, size)
    if await handed_over(context, rows, [item.id for item in found.items]):
        found = await _page(context, rows, box, number, size)
    return found


async def item(context: Context, scope: AccessScope, notice_id: str) -> InboxItem:
    """One item, which has thereby reached the caller; NotFound if it is not in the caller's inbox."""
    rows = access.inbox(scope)
    async with context.db.connection() as connection:
        await _see(connection, rows, notice_id)
    await handed_over(context, rows, [notice_id])
    async with context.db.connection() as connection:
        return _shown(rows, await _see(connection, rows, notice_id))


async def acknowledge(
    services: Services, scope: AccessScope, notice_id: str, action: str | None, note: str | None
) -> InboxItem:
    """Take a notice on, or as a participant say that it was read. The first one counts; again is no error."""
    rows, context = access.inbox(scope), services.context
    if rows.audience == "participant":
        _refuse({"action": action, "note": note})
    name = await _name(services, scope)
    now = context.clock.now()
    done = {"by": scope.account, "name": name, "at": now, "action": action, "note": note}
    async with context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        seen = await _see(tx, rows, notice_id)
        if await notices.acknowledge(tx, notice_id, rows.audience, done):
            await deliveries.read(tx, notice_id, channel(rows), now)
            await changes.record(tx, [notice_id], now)
            if seen.episode_id:
                await publish(
                    tx,
                    NoticeAcknowledged(
                        notice_id=notice_id,
                        episode_id=seen.episode_id,
                        by=rows.audience,
                        account=scope.account,
                        at=now,
                        action=action,
                        note=note,
                    ),
                )
        return _shown(rows, await _see(tx, rows, notice_id))


async def resolve(
    services: Services, scope: AccessScope, notice_id: str, outcome: str, note: str | None
) -> InboxItem:
    """Close an acknowledged notice with an outcome, one at a time; closing again changes nothing.

    Conflict if nobody has acknowledged it yet.
    """
    rows, context = access.closing(scope), services.context
    name = await _name(services, scope)
    now = context.clock.now()
    done = {"by": scope.account, "name": name, "at": now, "outcome": outcome, "note": note}
    async with context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        seen = await _see(tx, rows, notice_id)
        if seen.state == "pending":
            raise Conflict("Acknowledge the notice before you close it.")
        if seen.state == "acknowledged":
            await notices.resolve(tx, notice_id, done)
            await changes.record(tx, [notice_id], now)
            if seen.episode_id:
                event = NoticeResolved(
                    notice_id=notice_id,
                    episode_id=seen.episode_id,
                    account=scope.account,
                    at=now,
                    outcome=outcome,
                    note=note,
                )
                await publish(tx, event)
        return await _see(tx, rows, notice_id)


async def _page(context: Context, rows: Rows, box: Box, number: int, size: int) -> InboxPage:
    offset = (number - 1) * size
    async with context.db.connection() as connection:
        found = await notices.items(
            connection, rows, _STATES[box], muted=box == "muted", limit=size, offset=offset
        )
        counts, muted = await notices.counts(connection, rows)
    for each in found:
        trail.saw(f"Notice/{each.id}", each.subject)
    opened = counts.open.red + counts.open.warning + counts.open.other
    total = {"open": opened, "acknowledged": counts.acknowledged, "closed": counts.closed, "muted": muted}
    items = tuple(_shown(rows, each) for each in found)
    return InboxPage(items=items, total=total[box], page=number, size=size, counts=counts)


async def _see(connection: Connection, rows: Rows, notice_id: str) -> InboxItem:
    found = await notices.item(connection, rows, notice_id)
    if found is None:
        raise NotFound
    trail.saw(f"Notice/{notice_id}", found.subject)
    return found


def _shown(rows: Rows, item: InboxItem) -> InboxItem:
    return as_participant_sees(item) if rows.audience == "participant" else item


def _refuse(fields: dict[str, str | None]) -> None:
    faults = tuple(
        FieldError(name, "not_yours", "This is for the care team to fill in.")
        for name, value in fields.items()
        if value
    )
    if faults:
        raise Unprocessable(errors=faults)


async def _name(services: Services, scope: AccessScope) -> str:
    """How colleagues know the caller; taking on an alert does not wait for the directory."""
    if scope.participant:
        return scope.participant
    try:
        return (await services.users.staff(scope.account)).name
    except PlatformError:
        return scope.username
