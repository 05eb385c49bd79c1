"""Group commit of records that belong to no change: at most one group is committed, the next gathers.

A commit costs a statement and a flush of the log whatever it holds, ten times what a record costs. Those who
were answered together mostly come back together, so a group waits a moment until there are as many as before;
who asks alone does not wait. Each process has recorders of its own; their order is the database's.
"""

import asyncio
import time
from contextvars import Context

from smartbear.kit import logs
from smartbear.kit.audit.appending import Sealed, append
from smartbear.kit.audit.journal import Journal
from smartbear.kit.audit.schema import DAYS_AHEAD
from smartbear.kit.db import Database
from smartbear.kit.errors import PlatformError, Unavailable

_LARGEST = 500  # records in a group
_PATIENCE = 0.002  # seconds after a group that the next one waits to be as large
_DAY = 86400.0  # seconds
_log = logs.get("audit")

_Waiting = tuple[Sealed, "asyncio.Future[None]"]


class Recorder:
    """One component's way to the trail; nothing that waits for it leaves before it is committed."""

    def __init__(self, db: Database, journal: Journal | None = None) -> None:
        self._db, self._journal = db, journal
        self._waiting: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None
        self._awaited, self._until = 0, 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._prepared = -_DAY

    async def record(self, sealed: Sealed) -> None:
        """Return once the record is committed, or in the journal. Unavailable if it is not."""
        if self._journal:
            self._journal.keep(sealed)
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((sealed, future))
        if self._work is None:
            self._begin_or_wait()
        await future

    async def close(self) -> None:
        """Wait until everything that was handed over is committed."""
        while self._waiting or self._work:
            self._begin()
            if self._work:
                await self._work

    def _begin_or_wait(self) -> None:
        loop = asyncio.get_running_loop()
        if len(self._waiting) >= self._awaited or loop.time() >= self._until:
            self._begin()
        elif self._timer is None:
            self._timer = loop.call_at(self._until, self._begin)

    def _begin(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._waiting and self._work is None:  # it is everybody's work, so it has the context of none
            self._work = asyncio.create_task(self._work_off(), context=Context())

    async def _work_off(self) -> None:
        group, self._waiting = self._waiting[:_LARGEST], self._waiting[_LARGEST:]
        fault = await self._commit([sealed for sealed, _ in group])
        for _, future in group:
            _settle(future, fault)
        self._work = None
        self._awaited = len(group) + len(self._waiting)
        self._until = asyncio.get_running_loop().time() + _PATIENCE
        if self._waiting:
            self._begin_or_wait()

    async def _commit(self, records: list[Sealed]) -> Exception | None:
        try:
            async with self._db.connection() as connection:
                if time.monotonic() > self._prepared + _DAY:
                    await connection.execute("SELECT audit.prepare($1)", DAYS_AHEAD)
                    self._prepared = time.monotonic()
                await append(connection, records)
        except PlatformError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is: no record, no access
            _log.error("audit_failed", error_type=type(error).__name__)
            return Unavailable()
        return None


def _settle(future: "asyncio.Future[None]", fault: Exception | None) -> None:
    if future.done():  # whoever asked has gone
        return
    if fault:
        future.set_exception(fault)
    else:
        future.set_result(None)
