"""Telling open pages at once what has changed: one listener for the process, a short queue for each page."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from smartbear.contracts.inbox import ItemState
from smartbear.kit import logs
from smartbear.kit.db import Connection, Database
from smartbear.kit.errors import Unavailable
from smartbear.notifications.model.rows import Rows
from smartbear.notifications.store import changes
from smartbear.notifications.store.changes import Change

QUEUE = 100  # changes a slow page may be behind; then it is cut off and catches up when it comes back
PING = 15.0  # seconds of silence after which a page is told that the stream lives
LIFETIME = 300.0  # seconds, as long as an access token
_BATCH = 500
_START = 5.0  # seconds
_RECONNECT = 1.0  # seconds
_LOOK_ANYWAY = 30.0  # seconds without an announcement after which the table is read all the same
_log = logs.get("notifications")


@dataclass(frozen=True, slots=True)
class Update:
    """A change as the owner of an inbox may see it."""

    change: Change
    state: ItemState


def visible(rows: Rows, change: Change) -> Update | None:
    """The change for the owner of ``rows``, None if it is not theirs."""
    if rows.participant is not None:
        mine, state = change.participant == rows.participant, change.participant_state
    else:
        mine, state = change.organisation_id in rows.organisations, change.team_state
    return Update(change, state) if mine and state else None


class Page:
    """An open page and what it has not been told yet."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._waiting: deque[Update] = deque()
        self._ended = False
        self._woken = asyncio.Event()

    def tell(self, update: Update) -> None:
        """Queue an update; a page that does not keep up is ended, so that none is missing in the middle."""
        if len(self._waiting) >= QUEUE:
            self.end()
        if not self._ended:
            self._waiting.append(update)
            self._woken.set()

    def end(self) -> None:
        """Tell the page what is queued and nothing more."""
        self._ended = True
        self._woken.set()

    async def next(self) -> Update | None:
        """The next update; None at the end."""
        while not self._waiting:
            if self._ended:
                return None
            self._woken.clear()
            await self._woken.wait()
        return self._waiting.popleft()


class Hub:
    """Hears of every change in the database and hands it to the pages it concerns."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._pages: set[Page] = set()
        self._number: int | None = None
        self._started = asyncio.Event()

    @contextmanager
    def page(self, rows: Rows) -> Iterator[Page]:
        """A page that is told from now on, while the block runs."""
        page = Page(rows)
        self._pages.add(page)
        try:
            yield page
        finally:
            self._pages.discard(page)

    async def started(self) -> None:
        """Return once every later change will be told; Unavailable if the database does not answer."""
        try:
            async with asyncio.timeout(_START):
                await self._started.wait()
        except TimeoutError:
            raise Unavailable from None

    def end(self) -> None:
        """End every page."""
        for page in self._pages:
            page.end()

    async def run(self) -> None:
        """Listen for ever; after a lost connection, first read what was said meanwhile."""
        while True:
            try:
                async with changes.announcements(self._db) as heard:
                    while True:
                        await self._read(heard.connection)
                        await heard.wait(_LOOK_ANYWAY)
            except Unavailable:
                _log.warning("live_updates_interrupted")
                await asyncio.sleep(_RECONNECT)

    async def _read(self, connection: Connection) -> None:
        if self._number is None:
            self._number = await changes.latest(connection)
            self._started.set()
        while found := await changes.after(connection, self._number, _BATCH):
            self._number = found[-1].number
            for change in found:
                for page in self._pages:
                    if update := visible(page.rows, change):
                        page.tell(update)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a page stands when its stream begins: it has seen every change up to this number."""

    number: int


async def follow(
    hub: Hub, db: Database, rows: Rows, last: int | None, closing: asyncio.Event
) -> AsyncGenerator[Beginning | Update | None]:
    """What the owner of ``rows`` is to be told: first what came after ``last``, then all as it happens.

    Yields None when there was nothing for a while. Ends with ``closing``, and when the stream has lived its
    time: whoever comes back is checked again, and goes on where this one ended.
    """
    end = asyncio.get_running_loop().time() + LIFETIME
    with hub.page(rows) as page, _ended_by(closing, page):
        await hub.started()
        async with db.connection() as connection:
            newest = await changes.latest(connection)
        number = newest if last is None else min(last, newest)
        yield Beginning(number)
        async for missed in _missed(db, rows, number):
            number = missed.change.number
            yield missed
        async for update in _as_it_happens(page, end):
            if update is None or update.change.number > number:
                yield update


@contextmanager
def _ended_by(closing: asyncio.Event, page: Page) -> Iterator[None]:
    waiting = asyncio.create_task(closing.wait())
    waiting.add_done_callback(lambda _: page.end())
    try:
        yield
    finally:
        waiting.cancel()


async def _as_it_happens(page: Page, end: float) -> AsyncIterator[Update | None]:
    clock = asyncio.get_running_loop().time
    while clock() < end:
        try:
            async with asyncio.timeout(PING):
                update = await page.next()
        except TimeoutError:
            yield None
            continue
        if update is None:
            return
        yield update


async def _missed(db: Database, rows: Rows, number: int) -> AsyncIterator[Update]:
    while True:
        async with db.connection() as connection:
            found = await changes.after(connection, number, _BATCH)
        for change in found:
            if update := visible(rows, change):
                yield update
        if len(found) < _BATCH:
            return
        number = found[-1].number
