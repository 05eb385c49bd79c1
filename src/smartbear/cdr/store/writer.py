"""Group commit without a timer: what arrives while a group is being committed becomes the next group.

A commit costs a flush of the log whatever it holds, so under load groups grow and each write costs less; with
one writer there is no waiting at all.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass
from functools import partial

from smartbear.cdr.model.change import Written
from smartbear.cdr.model.consent import TYPE
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.indexing import Indexing
from smartbear.cdr.store.parameters import DEFINING
from smartbear.cdr.store.races import OldCatalogue, told_as_conflict
from smartbear.cdr.store.recording import Events, trail_at_hand
from smartbear.cdr.store.upkeep import Upkeep
from smartbear.cdr.store.writing import Result, Unit, Writing
from smartbear.contracts.auditing import Auditor
from smartbear.contracts.trail import Trail
from smartbear.kit.clock import Clock
from smartbear.kit.db import Database
from smartbear.kit.errors import Conflict, Unavailable

_LARGEST = 1000  # changes in a group
_TRIES = 3
_SETTLED = frozenset({DEFINING, TYPE})
"""Types whose writes have consequences in the same transaction."""


@dataclass(slots=True)
class _Waiting:
    unit: Unit
    named: frozenset[LocalId]
    """Resources whose present state matters."""
    trail: Trail
    """Of the request."""
    future: "asyncio.Future[list[Written]]"


class Writer:
    """Writes of all requests of this process; those of one resource in the order they came."""

    def __init__(
        self,
        db: Database,
        writing: Writing,
        indexing: Indexing,
        clock: Clock,
        upkeep: Upkeep,
        auditor: Auditor,
    ) -> None:
        self._db, self._writing, self._indexing = db, writing, indexing
        self._clock, self._upkeep, self._auditor = clock, upkeep, auditor
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None

    async def write(self, unit: Unit) -> list[Written]:
        """Commit the changes of ``unit``, all or none; raises what any of them met."""
        named = frozenset(change.target for change, _ in unit if not change.minted)
        waiting = _Waiting(unit, named, trail_at_hand(), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._work is None:  # the work is all requests', so it has the context of none
            self._work = asyncio.create_task(self._drain(), context=Context())
        return await waiting.future

    async def close(self) -> None:
        """Wait until everything that was handed over is written."""
        while self._work:
            await asyncio.wait({self._work})

    async def _drain(self) -> None:
        """Write group after group until nobody waits."""
        try:
            while group := self._take():
                results = await self._written(group)
                for waiting, result in zip(group, results, strict=True):
                    _answer(waiting, result)
        finally:  # at once: what comes after the last look has a task of its own
            self._work = None

    async def _written(self, group: Sequence[_Waiting]) -> list[Result]:
        try:
            return await self._commit([(waiting.unit, waiting.trail) for waiting in group])
        except OldCatalogue as error:
            return [await self._alone(waiting, error) for waiting in group]
        except Unavailable as error:  # whether it was committed is unknown: to try again is the client's
            return [error] * len(group)
        except Exception as error:  # noqa: BLE001 - one bad unit fails its group, so each gets tries of its own
            return [await self._alone(waiting, error) for waiting in group]

    def _take(self) -> list[_Waiting]:
        """The next units that may be written together: of other resources each."""
        group: list[_Waiting] = []
        size, named = 0, set[LocalId]()
        while self._waiting and size < _LARGEST and named.isdisjoint(self._waiting[0].named):
            waiting = self._waiting.popleft()
            named |= waiting.named
            size += len(waiting.unit)
            group.append(waiting)
        return group

    async def _commit(self, asked: Sequence[tuple[Unit, Trail]], *, locked: bool = False) -> list[Result]:
        """Locked, nobody can come in between; otherwise somebody can, and then it is a Conflict."""
        units, events = [unit for unit, _ in asked], Events(self._auditor)
        told = [partial(events.add, trail) for _, trail in asked]
        locked = locked or any(change.target.type in _SETTLED for unit in units for change, _ in unit)
        with told_as_conflict():
            async with self._db.transaction() if locked else self._db.connection() as connection:
                results = await self._writing.apply(connection, units, self._clock.now(), told, events)
        events.are_told()
        self._upkeep.written(sum(map(len, units)))
        return results

    async def _alone(self, waiting: _Waiting, error: Exception) -> Result:
        unit = waiting.unit
        for _ in range(_TRIES):
            try:
                if isinstance(error, OldCatalogue):
                    unit = await self._made_anew(unit)
                return (await self._commit([(unit, waiting.trail)], locked=True))[0]
            except (Conflict, OldCatalogue) as race:
                error = race
            except Exception as fault:  # noqa: BLE001 - it belongs to the one who waits
                return fault
        return error

    async def _made_anew(self, unit: Unit) -> Unit:
        """The unit with the index rows that the present search parameters ask for."""
        drafts = [change.draft for change, _ in unit if change.draft]
        made = iter(await self._indexing.rows_of(drafts))
        return [(change, next(made) if change.draft else rows) for change, rows in unit]


def _answer(waiting: _Waiting, result: Result) -> None:
    if waiting.future.done():  # whoever asked has gone
        return
    if isinstance(result, list):
        waiting.future.set_result(result)
    else:
        waiting.future.set_exception(result)
