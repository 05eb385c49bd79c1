"""The database a command works on: the one named in the settings, or the embedded server, shared."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from smartbear.kit import postgres
from smartbear.kit.settings import PlatformSettings


@asynccontextmanager
async def database(settings: PlatformSettings, *, supervised: bool = False) -> AsyncIterator[str]:
    """The URL of a running PostgreSQL. The embedded server stops when its last user leaves.

    With ``supervised`` an embedded server that is killed is started again on the same port.
    """
    if settings.database_url:
        yield str(settings.database_url)
        return
    server = await run_in_threadpool(postgres.start, settings.home)
    if supervised:
        server.supervise()
    try:
        yield server.url
    finally:
        await run_in_threadpool(server.stop)
