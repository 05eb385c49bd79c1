import asyncio

import asyncpg
import pytest

from smartbear.kit import migrations
from smartbear.kit.db import Database
from tests.conftest import fresh_database


@pytest.fixture
async def two_components(postgres_url, monkeypatch):
    """A database without schemas, and two components whose migrations the test writes."""
    written: dict[str, list[migrations.Migration]] = {"users": [], "cdr": []}
    monkeypatch.setattr(migrations, "discover", lambda component: tuple(written[component]))
    async with fresh_database(postgres_url, ()) as url:
        yield url, written


def write(component: str, number: int, sql: str) -> migrations.Migration:
    return migrations.Migration(component, number, "pre", f"{number:04}_pre_step.sql", sql)


async def test_ten_replicas_that_start_at_once_apply_each_migration_once(two_components):
    url, written = two_components
    written["users"] = [
        write("users", 1, "CREATE TABLE person (id int); SELECT pg_sleep(0.1)"),
        write("users", 2, "INSERT INTO person VALUES (1)"),
    ]
    applied = await asyncio.gather(*(migrations.migrate(url, ("users", "cdr")) for _ in range(10)))
    assert sorted(applied) == [0] * 9 + [2]
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM users.person") == 1
    await connection.close()


async def test_a_failing_migration_leaves_nothing_behind_and_the_next_start_goes_on(two_components):
    url, written = two_components
    first, broken = write("users", 1, "CREATE TABLE a (id int)"), "CREATE TABLE b (id int); SELECT 1/0"
    written["users"] = [first, write("users", 2, broken)]
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrations.migrate(url, ("users",))
    written["users"] = [first, write("users", 2, "CREATE TABLE b (id int)")]
    assert await migrations.migrate(url, ("users",)) == 1


async def test_a_migration_edited_after_it_ran_stops_the_start(two_components):
    url, written = two_components
    written["users"] = [write("users", 1, "CREATE TABLE a (id int)")]
    await migrations.migrate(url, ("users",))
    written["users"] = [write("users", 1, "CREATE TABLE a (id bigint)")]
    with pytest.raises(migrations.ChangedMigration, match=r"users/migrations/0001_pre_step.sql"):
        await migrations.migrate(url, ("users",))


async def test_a_component_cannot_read_the_tables_of_another(two_components):
    url, written = two_components
    written["users"] = [write("users", 1, "CREATE TABLE person (name text)")]
    await migrations.migrate(url, ("users", "cdr"))
    async with Database.open(url, "cdr") as database, database.connection() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM users.person")


async def test_a_component_cannot_read_the_payloads_of_jobs(two_components):
    url, _ = two_components
    await migrations.migrate(url, ("users", "cdr"))
    async with Database.open(url, "cdr") as database, database.connection() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM jobs.procrastinate_jobs")


def test_migrations_shipped_with_components_are_numbered_without_gaps():
    for component in ("identity", "users", "cdr", "measurements", "decisions", "notifications"):
        shipped = migrations.discover(component)
        assert [migration.number for migration in shipped] == list(range(1, len(shipped) + 1)), component
