"""Reads that go to PostgreSQL together: who asks gets what is theirs, whatever becomes of the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest

from smartbear.kit import together
from smartbear.kit.db import Database
from smartbear.kit.together import Rows, Together, Values
from tests.conftest import eventually

_SERIES = "SELECT n FROM generate_series(1, $1::int) AS n ORDER BY n DESC"
_SHARE = "SELECT 100 / $1::int AS share"
_NAP = "SELECT $1::float8 AS seconds, pg_sleep($1)"


class Trips:
    """The way to the database, which remembers how many went together each time and can be barred."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.taken: list[int] = []
        self.open = asyncio.Event()
        self.open.set()

    async def execute(self, sql: str, values: Sequence[Values], seconds: float | None) -> Rows:
        self.taken.append(len(values))
        await self.open.wait()
        async with self._database.connection() as connection:
            return await connection.fetchmany(sql, values, timeout=seconds)


@pytest.fixture
async def trips(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trips]:
    """For those who have all the time of a busy machine."""
    monkeypatch.setattr(together, "_PATIENCE", 20.0)
    async with Database.open(database_url, "users", connections=4) as database:
        yield Trips(database)


async def asked(reads: Together, trips: Trips, sql: str, *values: Any) -> list[asyncio.Task[Rows]]:
    """One who goes ahead, and others who ask while it is on its way."""
    trips.open.clear()
    tasks = []
    for value in values:
        tasks.append(asyncio.create_task(reads.fetch(sql, value)))
        await asyncio.sleep(0)
    return tasks


async def test_what_is_asked_while_another_is_under_way_takes_one_round_trip(trips: Trips) -> None:
    tasks = await asked(reads := Together(trips.execute), trips, _SERIES, *range(8))
    trips.open.set()
    answers = await asyncio.gather(*tasks)
    assert trips.taken == [1, 7]
    assert [[row["n"] for row in rows] for rows in answers] == [list(range(n, 0, -1)) for n in range(8)]
    assert await reads.fetchval(_SERIES, 3) == 3
    assert await reads.fetchrow(_SERIES, 0) is None


async def test_no_more_than_sixteen_go_together_and_the_rest_goes_next(trips: Trips) -> None:
    tasks = await asked(Together(trips.execute), trips, _SERIES, *range(40))
    trips.open.set()
    assert [len(rows) for rows in await asyncio.gather(*tasks)] == list(range(40))
    assert trips.taken == [1, 16, 16, 7]


async def test_other_texts_are_not_waited_for(trips: Trips) -> None:
    reads = Together(trips.execute)
    first, second = [*await asked(reads, trips, _SERIES, 1), *await asked(reads, trips, _SHARE, 50)]
    assert trips.taken == [1, 1]
    trips.open.set()
    assert ((await first)[0]["n"], (await second)[0]["share"]) == (1, 2)


async def test_one_that_fails_fails_alone(trips: Trips) -> None:
    tasks = await asked(Together(trips.execute), trips, _SHARE, 1, 2, 0, 4)
    trips.open.set()
    first, second, bad, last = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(bad, asyncpg.DivisionByZeroError)
    assert [rows[0]["share"] for rows in (first, second, last) if isinstance(rows, list)] == [100, 50, 25]


async def test_nobody_waits_for_a_statement_that_is_known_to_be_slow(trips: Trips) -> None:
    reads = Together(trips.execute)
    await reads.fetch(_NAP, 0.1)
    tasks = await asked(reads, trips, _NAP, 0.1, 0.0, 0.0)
    assert trips.taken == [1, 1, 1, 1]
    trips.open.set()
    await asyncio.gather(*tasks)


async def test_who_has_waited_long_for_another_goes_by_itself(
    trips: Trips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "_PATIENCE", 0.01)
    tasks = await asked(Together(trips.execute), trips, _SERIES, 1, 2, 3)
    await eventually(lambda: trips.taken == [1, 1, 1])
    trips.open.set()
    assert [len(rows) for rows in await asyncio.gather(*tasks)] == [1, 2, 3]


async def test_one_that_turns_out_to_be_slow_keeps_the_others_for_a_moment_only(trips: Trips) -> None:
    first, slow, quick = await asked(Together(trips.execute), trips, _NAP, 0.0, 60.0, 0.0)
    trips.open.set()
    await asyncio.gather(first, quick)
    assert not slow.done()
    slow.cancel()


async def test_who_leaves_takes_nothing_from_those_who_stay(trips: Trips) -> None:
    for leaving in range(4):
        tasks = await asked(Together(trips.execute), trips, _SERIES, 1, 2, 3, 4)
        tasks[leaving].cancel()
        trips.open.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [len(rows) for rows in answers if isinstance(rows, list)] == [
            n + 1 for n in range(4) if n != leaving
        ]


async def test_who_leaves_when_its_turn_has_come_hands_the_turn_on(trips: Trips) -> None:
    first, second, third = await asked(Together(trips.execute), trips, _SERIES, 1, 2, 3)
    first.add_done_callback(lambda _: second.cancel())
    trips.open.set()
    assert len(await asyncio.wait_for(third, 5)) == 3
    assert second.cancelled()


async def test_a_write_that_was_answered_is_in_whatever_is_asked_after_it(trips: Trips) -> None:
    reads, numbers = Together(trips.execute), "SELECT count(*) FROM number WHERE n <> $1::int"
    async with trips._database.connection() as connection:
        await connection.execute("CREATE TABLE number (n int)")

        async def write_and_look(n: int) -> None:
            for _ in range(10):
                before = await reads.fetchval(numbers, n)
                await trips._database.together.fetch("SELECT 1 FROM number WHERE n = $1::int", n)
                async with trips._database.connection() as other:
                    await other.execute("INSERT INTO number VALUES (100)")
                assert await reads.fetchval(numbers, n) > before

        await asyncio.gather(*map(write_and_look, range(8)))
        await connection.execute("DROP TABLE number")
    assert max(trips.taken) > 1
