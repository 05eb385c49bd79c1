"""A database that goes away: what callers are told, and that the next use works."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from smartbear.kit.db import Database
from smartbear.kit.errors import TooCostly, Unavailable

_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'smartbear users'"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of two, with short statements."""
    async with Database.open(database_url, "users", connections=2, statement_timeout=5) as database:
        yield database


async def _end_connections(url: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute(f"{_END} AND datname = current_database()")
    await admin.close()


async def test_a_server_that_ends_in_the_middle_of_a_statement_is_unavailable_and_the_next_use_works(
    database: Database, database_url: str
) -> None:
    async def sleep() -> None:
        async with database.transaction() as tx:
            await tx.execute("SELECT pg_sleep(4)")

    sleeping = [asyncio.create_task(sleep()) for _ in range(2)]
    await asyncio.sleep(0.2)
    await _end_connections(database_url)
    for outcome in await asyncio.gather(*sleeping, return_exceptions=True):
        assert isinstance(outcome, Unavailable)
        assert outcome.retry_after
    async with database.connection() as first, database.connection() as second:
        assert await first.fetchval("SELECT 1") + await second.fetchval("SELECT 2") == 3


async def test_a_connection_that_died_while_idle_is_not_handed_out_again(
    database: Database, database_url: str
) -> None:
    async with database.connection() as first, database.connection() as second:
        before = {await each.fetchval("SELECT pg_backend_pid()") for each in (first, second)}
    await _end_connections(database_url)
    await asyncio.sleep(0.1)
    async with database.connection() as first, database.connection() as second:
        after = {await each.fetchval("SELECT pg_backend_pid()") for each in (first, second)}
    assert len(after) == 2
    assert not before & after


async def test_a_connection_that_dies_between_two_statements_is_unavailable(
    database: Database, database_url: str
) -> None:
    async def lose() -> None:
        async with database.transaction() as tx:
            await _end_connections(database_url)
            await asyncio.sleep(0.1)
            await tx.execute("SELECT 1")

    with pytest.raises(Unavailable):
        await lose()


async def test_a_server_out_of_disk_is_unavailable(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.connection() as connection:
            await connection.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$")


async def test_a_statement_that_takes_too_long_is_too_costly_and_the_next_use_works(
    database: Database,
) -> None:
    for limit in ({"timeout": 0.1}, {}):
        with pytest.raises(TooCostly):
            async with database.connection() as connection:
                await connection.execute("SET statement_timeout = 200; SELECT pg_sleep(4)", **limit)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_mistake_of_ours_stays_a_mistake(database: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.connection() as connection:
            await connection.execute("SELECT FROM no_such_table")
    with pytest.raises(asyncpg.DataError):
        async with database.connection() as connection:
            await connection.execute("SELECT $1::int", "seven")


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    async with Database.open("postgresql://nobody@127.0.0.1:1/nothing", "users") as database:
        with pytest.raises(Unavailable):
            async with database.connection():
                raise AssertionError("connected to nothing")


async def test_a_connection_serves_again_and_again_and_goes_to_whoever_waits(database: Database) -> None:
    async def backend() -> int:
        async with database.connection() as connection:
            await asyncio.sleep(0.01)
            return int(await connection.fetchval("SELECT pg_backend_pid()"))

    alone = {await backend() for _ in range(3)}
    assert len(alone) == 1
    together = await asyncio.gather(*(backend() for _ in range(6)))
    assert len(set(together)) == 2


async def test_a_connection_left_in_a_failed_transaction_is_clean_for_the_next(database: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.transaction() as tx:
            await tx.execute("SELECT * FROM nowhere")
    async with database.connection() as connection:
        assert not connection.is_in_transaction()


async def test_a_use_that_ends_while_the_database_is_closed_does_not_hold_it_up(database_url: str) -> None:
    async def use(database: Database) -> None:
        async with database.connection() as connection:
            await connection.execute("SELECT pg_sleep(0.1)")

    async with asyncio.timeout(5), Database.open(database_url, "users", connections=2) as database:
        used = asyncio.create_task(use(database))
        await asyncio.sleep(0.05)
    await used
