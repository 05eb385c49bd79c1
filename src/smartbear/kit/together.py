"""Statements that are alike and wait at the same time go to PostgreSQL together.

A small read costs less than its way there and back. While one is under way others of the same text gather,
and the next takes all of them along: one round trip, in which each is executed for itself, on a snapshot that
is younger than its request. Nobody waits long for another: what turns out to be slow goes by itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from smartbear.kit.errors import PlatformError

_MOST = 16  # statements in one round trip
_SLOW = 0.005  # seconds above which a statement goes by itself: others would wait for it
_PATIENCE = 0.02  # seconds that one waits for another before it goes by itself
_LONGEST = 0.25  # seconds of a round trip of several, after which each goes by itself
_NEWEST = 0.2  # weight of the last time in the average
_MOST_KEPT = 1024  # texts

Rows = list[asyncpg.Record]
Values = tuple[object, ...]
Execute = Callable[[str, Sequence[Values], float | None], Awaitable[Rows]]
"""Executes a text once for each row of values, in one round trip, and gives all rows in that order."""


@dataclass(slots=True, eq=False)
class _Ask:
    """One who waits for rows, or (None) for the turn to go, with those who wait behind it."""

    values: Values
    answer: "asyncio.Future[Rows | None]"

    def tell(self, rows: Rows | None) -> bool:
        """Whether there was somebody to tell."""
        if self.answer.done():
            return False
        self.answer.set_result(rows)
        return True


@dataclass(slots=True)
class _Line:
    """What is asked with one text."""

    sql: str
    under_way: int = 0
    seconds: float = 0.0
    """That one execution takes, averaged."""
    waiting: list[_Ask] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None
    """Ends the patience of those who wait."""

    def wait(self, values: Values) -> _Ask:
        """Stand in the line."""
        loop = asyncio.get_running_loop()
        ask = _Ask(values, loop.create_future())
        if not self.waiting:
            self.timer = loop.call_later(_PATIENCE, self.scatter)
        self.waiting.append(ask)
        return ask

    def scatter(self) -> None:
        """Have everybody go."""
        waiting, self.waiting = self.waiting, []
        _let_go(waiting)

    def take(self) -> list[_Ask]:
        """Those who go with the one whose turn it is."""
        if self.seconds > _SLOW:
            return []
        taken, self.waiting = self.waiting[: _MOST - 1], self.waiting[_MOST - 1 :]
        self._calm()
        return taken

    def hand_on(self) -> None:
        """Let the first who still waits go next."""
        while self.waiting and not self.waiting.pop(0).tell(None):
            pass
        self._calm()

    def step_back(self, ask: _Ask) -> None:
        """Who waits no longer leaves the turn, if it has it already, to the next."""
        if ask in self.waiting:
            self.waiting.remove(ask)
            self._calm()
        elif not self.under_way:
            self.hand_on()

    def _calm(self) -> None:
        if self.timer and not self.waiting:
            self.timer.cancel()
            self.timer = None


class Together:
    """Reads of one component in this process, each by a statement that may stand alone."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute
        self._lines: dict[str, _Line] = {}

    async def fetch(self, sql: str, *values: object, timeout: float | None = None) -> Rows:  # noqa: ASYNC109 - like asyncpg's
        """The rows of a SELECT; each ends with a column more than was asked for."""
        line = self._lines.get(sql) or self._opened(sql, len(values))
        if not line.under_way or line.seconds > _SLOW:
            return await self._lead(line, values, [], timeout)
        ask = line.wait(values)
        try:
            rows = await ask.answer
        except asyncio.CancelledError:
            line.step_back(ask)
            raise
        if rows is not None:
            return rows
        return await self._lead(line, values, line.take(), timeout)

    async def fetchrow(
        self,
        sql: str,
        *values: object,
        timeout: float | None = None,  # noqa: ASYNC109 - like asyncpg's
    ) -> asyncpg.Record | None:
        """The first row, if there is one."""
        rows = await self.fetch(sql, *values, timeout=timeout)
        return rows[0] if rows else None

    async def fetchval(self, sql: str, *values: object, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - like asyncpg's
        """The first column of the first row."""
        rows = await self.fetch(sql, *values, timeout=timeout)
        return rows[0][0] if rows else None

    def is_in_transaction(self) -> bool:
        """Never: what one statement sees, the next may see changed."""
        return False

    def _opened(self, sql: str, values: int) -> _Line:
        if len(self._lines) >= _MOST_KEPT:
            self._lines = {key: line for key, line in self._lines.items() if line.under_way or line.waiting}
        line = _Line(f"SELECT q.*, ${values + 1}::int FROM ({sql}) q")  # noqa: S608 - a statement of a store
        self._lines[sql] = line
        return line

    async def _lead(self, line: _Line, values: Values, others: list[_Ask], seconds: float | None) -> Rows:
        """Go, and bring the others what is theirs; if that fails, everybody goes for themselves."""
        line.under_way += 1
        try:
            limit = min(_LONGEST, seconds or _LONGEST) if others else seconds
            rows = await self._timed(line, [values, *(other.values for other in others)], limit)
        except (asyncpg.PostgresError, PlatformError, TimeoutError):
            if not others:
                raise
            _let_go(others)
            return await self._timed(line, [values], seconds)
        else:
            return _shared(rows, others)
        finally:
            line.under_way -= 1
            _let_go(others)
            line.hand_on()

    async def _timed(self, line: _Line, given: Sequence[Values], seconds: float | None) -> Rows:
        began = time.perf_counter()
        try:
            return await self._execute(line.sql, [(*row, n) for n, row in enumerate(given)], seconds)
        finally:
            line.seconds += _NEWEST * ((time.perf_counter() - began) / len(given) - line.seconds)


def _let_go(others: Sequence[_Ask]) -> None:
    """Have those go who have no rows yet."""
    for other in others:
        other.tell(None)


def _shared(rows: Rows, others: Sequence[_Ask]) -> Rows:
    if not others:
        return rows
    parts: list[Rows] = [[] for _ in range(len(others) + 1)]
    for row in rows:
        parts[row[-1]].append(row)
    for other, part in zip(others, parts[1:], strict=True):
        other.tell(part)
    return parts[0]
