"""Writing down who is to be told, and starting each message on its way."""

from collections.abc import Sequence
from datetime import datetime

from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.jobs import defer
from smartbear.notifications.model.deliveries import Planned
from smartbear.notifications.store import deliveries

SEND_LETTER = "notifications.letter.send"


async def dispatch(tx: Connection, context: Context, notice_id: str, planned: Sequence[Planned]) -> None:
    """Note down each message; every e-mail gets a job of its own, so that one cannot hold up another."""
    numbered = [(context.new_id(), each) for each in planned]
    await deliveries.add(tx, notice_id, numbered, context.clock.now())
    for delivery_id, each in numbered:
        if each.channel == "email":
            await send_later(tx, delivery_id)


async def send_later(tx: Connection, delivery_id: str, at: datetime | None = None) -> None:
    """Have an e-mail sent, at once or not before ``at``."""
    payload = {"delivery_id": delivery_id}
    await defer(tx, queue="notifications", task=SEND_LETTER, payload=payload, run_at=at)
