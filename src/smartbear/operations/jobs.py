"""``smartbear jobs``: what was put aside, and what to do with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.table import Table

from smartbear.kit.db import Connection, owner
from smartbear.kit.jobs import quarantine
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database


async def show(settings: PlatformSettings) -> None:
    """Print a table of the jobs put aside, without their payloads."""
    async with _connected(settings) as connection:
        found = await quarantine.quarantined(connection)
    table = Table("Job", "Task", "Tries", "Failed at", title="Jobs put aside")
    for job in found:
        table.add_row(str(job.number), job.task, str(job.attempts), f"{job.failed_at:%d %b %Y %H:%M}")
    Console().print(table if found else "No job has been put aside.")


async def replay(settings: PlatformSettings, number: int) -> None:
    """Give job ``number`` five tries more."""
    async with _connected(settings) as connection:
        await quarantine.replay(connection, number)
    Console().print(f"Job {number} will be tried again.")


async def drop(settings: PlatformSettings, number: int) -> None:
    """Delete job ``number``."""
    async with _connected(settings) as connection:
        await quarantine.drop(connection, number)
    Console().print(f"Job {number} is gone.")


@asynccontextmanager
async def _connected(settings: PlatformSettings) -> AsyncIterator[Connection]:
    async with database(settings) as url, owner(url) as connection:
        yield connection
