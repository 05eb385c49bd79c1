"""Receipts of the app and the dashboard: a message has arrived once the recipient's own page has it."""

from collections.abc import Sequence

from smartbear.contracts.inbox import Channel
from smartbear.kit import telemetry
from smartbear.kit.context import Context
from smartbear.notifications.model.rows import Rows
from smartbear.notifications.store import changes, deliveries


def channel(rows: Rows) -> Channel:
    """How the owner of an inbox is reached there."""
    return "app" if rows.audience == "participant" else "dashboard"


async def handed_over(context: Context, rows: Rows, notice_ids: Sequence[str]) -> bool:
    """Write down that these notices have reached the owner of ``rows``; whether any had not before."""
    mine = channel(rows)
    async with context.db.connection() as connection:
        fresh = await deliveries.unreached(connection, notice_ids, mine)
    if not fresh:
        return False
    now = context.clock.now()
    async with context.db.transaction() as tx:
        await changes.one_at_a_time(tx)
        await deliveries.reach(tx, fresh, mine, now)
        if mine == "app":  # the care team wants to see that it arrived; the reverse tells nobody anything
            await changes.record(tx, fresh, now)
    telemetry.DELIVERIES.labels(mine, "delivered").inc(len(fresh))
    return True
