"""``smartbear client`` and ``smartbear key``: what may ask for tokens, and what tokens are signed with."""

import sys
from pathlib import Path
from typing import Any

import orjson

from smartbear import system
from smartbear.identity.actions import NewClient, create_client, remove_client, rotate
from smartbear.kit.body import parse_json
from smartbear.kit.errors import BadInput
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database
from smartbear.operations.witness import recorded


async def create(settings: PlatformSettings, new: NewClient) -> None:
    """Create a client; prints ``client_id`` and ``client_secret``, if it has one, as one line of JSON."""
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("identity",)) as running:
            with recorded(running.contexts["identity"], "client create"):
                client_id, secret = await create_client(running.contexts["identity"], new)
    told = {"client_id": client_id} | ({"client_secret": secret} if secret else {})
    sys.stdout.write(orjson.dumps(told).decode() + "\n")


async def remove(settings: PlatformSettings, client_id: str) -> None:
    """Remove a client: it gets no token more, and those it has are over within five minutes."""
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("identity",)) as running:
            with recorded(running.contexts["identity"], "client remove"):
                await remove_client(running.contexts["identity"], client_id)


async def rotate_key(settings: PlatformSettings, *, at_once: bool) -> None:
    """Make the next signing key; prints its ``kid`` as one line of JSON."""
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("identity",)) as running:
            with recorded(running.contexts["identity"], "key rotate"):
                kid = await rotate(running.contexts["identity"], at_once=at_once)
    sys.stdout.write(orjson.dumps({"kid": kid}).decode() + "\n")


def read_keys(path: Path | None) -> dict[str, Any] | None:
    """The JWK set in a file; BadInput if there is none."""
    if path is None:
        return None
    try:
        keys = parse_json(path.read_bytes())
    except OSError:
        raise BadInput("The file with the client's keys cannot be read.") from None
    if not isinstance(keys, dict):
        raise BadInput("The file with the client's keys is not a JWK set.")
    return keys
