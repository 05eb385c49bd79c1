"""Group commit of records that belong to no change: at most one group is committed, the next gathers.

What a group costs, a statement and a flush of the log, is shared by all who wait meanwhile. Each process has
recorders of its own; their order is the database's.
"""

import asyncio
import time

from smartbear.kit import logs
from smartbear.kit.audit.appending import Sealed, append
from smartbear.kit.audit.schema import DAYS_AHEAD
from smartbear.kit.db import Database
from smartbear.kit.errors import PlatformError, Unavailable

_LARGEST = 500  # records in a group
_DAY = 86400.0  # seconds
_log = logs.get("audit")

_Waiting = tuple[Sealed, "asyncio.Future[None]"]


class Recorder:
    """One component's way to the trail; nothing that waits for it leaves before it is committed."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None
        self._prepared = -_DAY

    async def record(self, sealed: Sealed) -> None:
        """Return once the record is committed. Unavailable if it is not."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._waiting.append((sealed, future))
        if self._work is None:
            self._work = loop.create_task(self._drain())
        await future

    async def close(self) -> None:
        """Wait until everything that was handed over is committed."""
        if self._work:
            await self._work

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_LARGEST], self._waiting[_LARGEST:]
            fault = await self._commit([sealed for sealed, _ in group])
            for _, future in group:
                if future.done():  # whoever asked has gone
                    continue
                if fault:
                    future.set_exception(fault)
                else:
                    future.set_result(None)
        self._work = None

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
