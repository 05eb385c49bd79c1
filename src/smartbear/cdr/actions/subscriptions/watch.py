"""The watcher of one process: it hears of changes, and has jobs deliver them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from smartbear.cdr.actions.subscriptions.take_up import take_up_changed
from smartbear.cdr.store import subscriptions
from smartbear.cdr.store.repository import Repository
from smartbear.kit import logs
from smartbear.kit.jobs import defer

TASK = "cdr.subscriptions.deliver"
_POLL = 1.0  # seconds: a pause that is over, or a change that others' transactions hid, is not announced
_log = logs.get("cdr")


@asynccontextmanager
async def watching(repository: Repository, matched: Callable[[str], None]) -> AsyncIterator[None]:
    """Watch while the block runs; ``matched`` is called with ids of websocket subscriptions."""
    task = asyncio.create_task(_watch_forever(repository, matched))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch_forever(repository: Repository, matched: Callable[[str], None]) -> None:
    while True:
        try:
            await _watch(repository, matched)
        except Exception as error:  # noqa: BLE001 - a process that no longer watches looks well and tells nobody
            if (task := asyncio.current_task()) and task.cancelling():  # what was cut off spoke first
                return
            _log.warning("subscriptions_not_watched", error_type=type(error).__name__)
        await asyncio.sleep(_POLL)


async def _watch(repository: Repository, matched: Callable[[str], None]) -> None:
    news = asyncio.Event()
    async with subscriptions.listening(repository.db, news.set, matched) as lost:
        while not lost.is_set():
            news.clear()
            some = await look(repository)
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL if some else None):
                    await news.wait()


async def look(repository: Repository) -> bool:
    """Take up what has changed and have delivered what is due; whether there are subscriptions at all."""
    await take_up_changed(repository)
    async with repository.db.transaction() as tx:
        for rid in await subscriptions.due(tx, repository.context.clock.now()):
            payload = {"subscription": rid}
            await defer(tx, queue="cdr", task=TASK, payload=payload, lock=f"subscription {rid}")
        return bool(await subscriptions.count_active(tx))
