"""What has to be done now and then as the tables grow, beside the work of requests.

PostgreSQL's own autovacuum comes once a minute and never looks at a partitioned table as a whole; plans that
are kept meanwhile would be those of empty tables.
"""

import asyncio

from smartbear.cdr.store import counts
from smartbear.cdr.store.tables import COLUMNS
from smartbear.kit import logs
from smartbear.kit.db import FAULTS, Database

_FIRST_ANALYSIS = 200  # resources written by this process; then ten times as many, and so on
_GROWTH = 10
_BETWEEN_FOLDS = 500  # groups of writes: each leaves a row for every type it touched

_ANALYSE = f"ANALYZE {', '.join(COLUMNS)}"
_log = logs.get("cdr")


class Upkeep:
    """Looks after the tables in the background; one thing at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._resources, self._groups = 0, 0
        self._next_analysis = _FIRST_ANALYSIS
        self._work: asyncio.Task[None] | None = None

    def written(self, resources: int) -> None:
        """A group of so many resources has been written."""
        self._resources += resources
        self._groups += 1
        analysis = self._resources >= self._next_analysis
        if (analysis or self._groups >= _BETWEEN_FOLDS) and (self._work is None or self._work.done()):
            self._work = asyncio.create_task(self._run(analysis=analysis))

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._work:
            await self._work

    async def _run(self, *, analysis: bool) -> None:
        self._groups = 0
        try:
            async with self._db.connection() as connection:
                await counts.fold(connection)
                if analysis:
                    self._next_analysis *= _GROWTH
                    await connection.execute(_ANALYSE)
        except FAULTS as error:
            _log.warning("upkeep_failed", error_type=type(error).__name__)
