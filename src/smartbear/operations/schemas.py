"""``smartbear migrate``."""

from rich.console import Console

from smartbear import system
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database


async def migrate(settings: PlatformSettings) -> None:
    """Apply what is missing and say how much that was."""
    async with database(settings) as url:
        applied = await system.migrate(url)
    Console().print(f"{applied} migrations applied; the database is up to date.")
