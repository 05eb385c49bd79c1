"""Looking at readings: a page of them, a summary of each measure, and what arrived."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from smartbear.contracts import trail
from smartbear.contracts.readings import MEASURES
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import NotFound
from smartbear.measurements.model.cursor import Cursor
from smartbear.measurements.model.filter import MeasurementFilter
from smartbear.measurements.model.rows import Visible
from smartbear.measurements.model.view import StoredReading, arrivals, summary
from smartbear.measurements.store import arrivals as arrival_store
from smartbear.measurements.store import people, readings


async def page(
    context: Context, visible: Visible, wanted: readings.Wanted
) -> tuple[list[StoredReading], Cursor | None]:
    """A page of a person's readings, and where the next one begins if there is more."""
    async with context.db.connection() as connection:
        await _must_see(connection, visible, wanted.subject)
        found = await readings.page(connection, replace(wanted, limit=wanted.limit + 1))
    if len(found) <= wanted.limit:
        return found, None
    last = found[wanted.limit - 1].reading
    return found[: wanted.limit], Cursor(last.measured_at, last.reading_id)


async def summarise(
    context: Context, visible: Visible, allowed: MeasurementFilter, subject: str, days: int
) -> list[dict[str, Any]]:
    """Newest reading and daily points of every measure of a person."""
    since = context.clock.now() - timedelta(days=days)
    codes = list(MEASURES)
    async with context.db.connection() as connection:
        await _must_see(connection, visible, subject)
        latest = await readings.latest(connection, subject, codes)
        tiles = await readings.daily(connection, subject, codes, since)
    return summary(latest, tiles, allowed)


async def arrived(context: Context, visible: Visible, days: int) -> dict[str, Any]:
    """For each category of device and each of the last days: the share of people it was heard from."""
    last = context.clock.now().date()
    wanted = [last - timedelta(days=back) for back in reversed(range(days))]
    async with context.db.connection() as connection:
        shares = await arrival_store.shares(connection, visible, wanted[0], last)
        total = await arrival_store.total(connection, visible, wanted[0], last)
    return arrivals(wanted, shares, total)


async def last_readings(
    context: Context, device_ids: Sequence[str], *, own: bool = False
) -> dict[str, datetime]:
    """Device time of the newest reading of each device; devices without one are absent."""
    async with context.db.connection() as connection:
        return await arrival_store.last_readings(connection, device_ids, own=own)


async def _must_see(connection: Connection, visible: Visible, subject: str) -> None:
    if not await people.sees(connection, visible, subject):
        trail.sought(subject)
        raise NotFound
    trail.about(subject)
