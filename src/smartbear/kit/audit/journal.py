"""Records that answers wait for: first in a file of this machine, a tenth of a second later in the database.

A commit costs more than most reads. A file needs none to outlive its process: the next one carries it on from
where the database says it had come, and as that is counted in the transaction that carries, no record is
carried twice. Nothing is flushed here, so a power cut may cost what was not carried yet.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextvars import Context
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from smartbear.kit import logs
from smartbear.kit.audit.appending import Sealed
from smartbear.kit.audit.frames import framed, frames_in
from smartbear.kit.audit.journal_file import JournalFile, orphans
from smartbear.kit.audit.schema import DAYS_AHEAD
from smartbear.kit.db import FAULTS, Database
from smartbear.kit.errors import PlatformError, Unavailable

_PAUSE = 0.1  # seconds that records gather before they are carried
_AT_ONCE = 2_000  # records
_LONGEST = 5.0  # seconds without progress, after which the trail counts as gone and nothing is shown
_LARGEST = 4 << 20  # bytes of a file, after which another is begun
_LOOK = 30.0  # seconds between looks for files of processes that have died
_DAY = 86400.0  # seconds
_GONE = "What is done here cannot be recorded at the moment."
_log = logs.get("audit")


class _Pending(NamedTuple):
    file: JournalFile
    end: int
    """Where its frame ends in the file."""
    sealed: Sealed


class Journal:
    """One component's journal in one process. Use ``opened``."""

    def __init__(self, folder: Path, component: str, db: Database) -> None:
        self._folder, self._component, self._db = folder, component, db
        self._pending: deque[_Pending] = deque()
        self._progress = 0.0  # when something was carried last, or there was nothing to carry
        self._file: JournalFile | None = None
        self._used: list[JournalFile] = []  # that are there
        self._carrier: asyncio.Task[None] | None = None
        self._prepared = -_DAY

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, folder: Path, component: str, db: Database) -> AsyncIterator["Journal"]:
        """The journal while the block runs; what others have left in ``folder`` is carried meanwhile."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        journal = cls(folder, component, db)
        adoption = asyncio.create_task(journal._adopt_forever())
        try:
            yield journal
        finally:
            adoption.cancel()
            await asyncio.wait((adoption,))
            await journal._close()

    def keep(self, sealed: Sealed) -> None:
        """Put a record into the file. Unavailable if it cannot be, or if none gets any further."""
        if self._pending and time.monotonic() - self._progress > _LONGEST:
            raise Unavailable(_GONE)
        frame = framed(sealed)
        try:
            file = self._writable()
            file.add(frame)
        except OSError as error:
            raise Unavailable(_GONE) from error
        if not self._pending:
            self._progress = time.monotonic()
        self._pending.append(_Pending(file, file.size, sealed))
        if self._carrier is None:  # it is everybody's work, so it has the context of none
            self._carrier = asyncio.get_running_loop().create_task(self._carry_on(), context=Context())

    def _writable(self) -> JournalFile:
        if self._file is None or self._file.is_torn or self._file.size > _LARGEST:
            self._file = JournalFile.made(self._folder, self._component)
            self._used.append(self._file)
        return self._file

    async def _carry_on(self) -> None:
        while self._pending:
            await asyncio.sleep(_PAUSE)
            try:
                await self._carry()
            except (PlatformError, *FAULTS) as error:
                _log.warning("audit_waits", error_type=type(error).__name__)
        self._carrier = None

    async def _carry(self) -> None:
        """Some of what is pending, of one file; then the files that are done with are removed."""
        file = self._pending[0].file
        some = [one for one in islice(self._pending, _AT_ONCE) if one.file is file]
        carried = await self._into_database(file.name, file.carried, [(one.end, one.sealed) for one in some])
        file.carried, self._progress = carried, time.monotonic()
        while self._pending and self._pending[0].file is file and self._pending[0].end <= carried:
            self._pending.popleft()
        for used in [one for one in self._used if one is not self._file and one.is_done]:
            self._used.remove(used)
            await self._remove(used)

    async def _into_database(self, name: str, begun: int, frames: Sequence[tuple[int, Sealed]]) -> int:
        """How far the file is in the database now: as far as these frames, or what was there before."""
        records, marks = [one.record for _, one in frames], [one.marks for _, one in frames]
        end = frames[-1][0] if frames else begun
        async with self._db.connection() as connection:
            if time.monotonic() > self._prepared + _DAY:
                await connection.execute("SELECT audit.prepare($1)", DAYS_AHEAD)
                self._prepared = time.monotonic()
            carried: int = await connection.fetchval(
                "SELECT audit.carry($1, $2, $3, $4, $5)", name, begun, end, records, marks
            )
        return carried

    async def _adopt_forever(self) -> None:
        while True:
            try:
                for file in await asyncio.to_thread(orphans, self._folder, self._component):
                    await self._adopt(file)
            except (PlatformError, OSError, *FAULTS) as error:
                _log.warning("audit_waits", error_type=type(error).__name__)
            await asyncio.sleep(_LOOK)

    async def _adopt(self, file: JournalFile) -> None:
        try:
            content = await asyncio.to_thread(file.path.read_bytes)
            at = await self._into_database(file.name, 0, ())
            while frames := list(islice(frames_in(content, at), _AT_ONCE)):
                at = await self._into_database(file.name, at, frames)
            await self._remove(file)
        finally:
            file.close()

    async def _remove(self, file: JournalFile) -> None:
        await asyncio.to_thread(file.remove)
        async with self._db.connection() as connection:
            await connection.execute("SELECT audit.carried($1)", file.name)

    async def _close(self) -> None:
        """Carry what can be carried; what cannot stays for the next process."""
        if self._carrier:
            self._carrier.cancel()
            await asyncio.wait((self._carrier,))
        self._file = None
        try:
            while self._pending:
                await self._carry()
            for file in self._used:
                await self._remove(file)
        except (PlatformError, *FAULTS) as error:
            _log.warning("audit_waits", error_type=type(error).__name__)
        for file in self._used:
            file.close()
