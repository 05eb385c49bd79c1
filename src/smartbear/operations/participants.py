"""``smartbear participant``: erasing somebody from the machine itself, and seeing how far that is."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError

from smartbear import system
from smartbear.contracts.roles import SERVICE
from smartbear.contracts.scope import AccessScope
from smartbear.kit.context import Context
from smartbear.kit.errors import BadInput
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database
from smartbear.operations.witness import recorded
from smartbear.users.actions import erasures
from smartbear.users.model.erasures import GROUNDS, NewErasure

_BY = AccessScope(role=SERVICE, service="operations")


async def erase(settings: PlatformSettings, participant: str, ground: str) -> None:
    """Begin to erase a participant, which the platform's worker does, and print the erasure as JSON."""
    try:
        form = NewErasure.model_validate({"participant": participant, "ground": ground})
    except ValidationError:
        grounds = ", ".join(GROUNDS)
        raise BadInput(f"A participant is such as SB-0001, and the reason one of: {grounds}.") from None
    async with _users(settings) as context:
        with recorded(context, "participant erase"):
            begun = await erasures.at_once(context, _BY.who, form)
    sys.stdout.write(begun.model_dump_json() + "\n")


async def show(settings: PlatformSettings) -> None:
    """Print all erasures, the newest first, one line of JSON each."""
    async with _users(settings) as context:
        for one in await erasures.every(context, AccessScope(role="SysAdmin")):
            sys.stdout.write(one.model_dump_json() + "\n")


@asynccontextmanager
async def _users(settings: PlatformSettings) -> AsyncIterator[Context]:
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("users",)) as running:
            yield running.contexts["users"]
