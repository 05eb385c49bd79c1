"""Removing events whose time is over, as the settings say; the tree and its checkpoints stay."""

from datetime import date, timedelta

from smartbear.assurance.settings import AssuranceSettings
from smartbear.assurance.store import retention
from smartbear.contracts.audit import Agent, Event, purpose_of, seal
from smartbear.contracts.roles import SERVICE
from smartbear.kit.audit import append
from smartbear.kit.clock import Clock
from smartbear.kit.db import Connection
from smartbear.kit.errors import BadInput


async def expire(connection: Connection, settings: AssuranceSettings, clock: Clock) -> list[date]:
    """Remove the days that are over, and record that; BadInput if the settings keep everything for ever."""
    if settings.retention_days is None:
        raise BadInput("SMARTBEAR_ASSURANCE_RETENTION_DAYS is not set: events are kept for ever.")
    now, removed = clock.now(), []
    async with connection.transaction():
        for partition, day in await retention.over(connection, now - timedelta(days=settings.retention_days)):
            await retention.remove(connection, partition, day)
            removed.append(day)
        if removed:
            agent = Agent(role=SERVICE, service="operations")
            event = Event(
                action="D",
                address="smartbear audit expire",
                agent=agent,
                at=now,
                entities=tuple(f"Day/{day}" for day in removed),
                purpose=purpose_of(agent),
                source="assurance",
                status=200,
                subtype="audit-expire",
            )
            await append(connection, [seal(event, (), {})])
    return removed
