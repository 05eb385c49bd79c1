"""``smartbear client``."""

import sys

import orjson

from smartbear import system
from smartbear.identity.actions import create_client
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database


async def create(settings: PlatformSettings, name: str, scope: str) -> None:
    """Create a machine client; prints ``client_id`` and ``client_secret`` as one line of JSON."""
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("identity",)) as running:
            context = running.contexts["identity"]
            client_id, secret = await create_client(context, name=name, scope=scope)
    sys.stdout.write(orjson.dumps({"client_id": client_id, "client_secret": secret}).decode() + "\n")
