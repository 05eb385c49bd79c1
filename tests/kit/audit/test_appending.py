"""The trail as a component meets it: it may append, and that is all."""

import asyncio
import os

import asyncpg
import pytest
from pydantic import ValidationError

from smartbear.kit.audit import Keys, Recorder, Sealed, append, forget
from smartbear.kit.db import Database
from smartbear.kit.errors import Unavailable
from smartbear.kit.settings import PlatformSettings

MASTER = b"m" * 32


@pytest.fixture
async def cdr(database_url):
    async with Database.open(database_url, "cdr") as database:
        yield database


@pytest.fixture
async def owner(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_a_record_is_part_of_the_transaction_that_appends_it(cdr, owner):
    async with cdr.connection() as connection:
        undone = connection.transaction()
        await undone.start()
        await append(connection, [Sealed(b"undone", b"")])
        await undone.rollback()
    async with cdr.transaction() as tx:
        await append(tx, [Sealed(b"done", b"")])
        transaction = await tx.fetchval("SELECT pg_current_xact_id()::text")
    rows = await owner.fetch("SELECT record, xid::text FROM audit.event WHERE record IN ('done', 'undone')")
    assert [tuple(row) for row in rows] == [(b"done", transaction)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT record FROM audit.event",
        "UPDATE audit.event SET record = ''",
        "DELETE FROM audit.event",
        "TRUNCATE audit.event",
        "INSERT INTO audit.event (record, at) VALUES ('', '2020-01-01')",
        "INSERT INTO audit.event (record, xid) VALUES ('', '1')",
        "INSERT INTO audit.event (record, id) OVERRIDING SYSTEM VALUE VALUES ('', 1)",
        "SELECT salt FROM audit.subject_key",
        "SELECT audit.forget('{}')",
        "ALTER TABLE audit.event DISABLE TRIGGER ALL",
    ],
)
async def test_a_component_can_do_nothing_but_append(cdr, statement):
    async with cdr.connection() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_a_record_is_found_by_the_mark_of_each_person_it_is_about(cdr, owner):
    marks = [os.urandom(16) for _ in range(3)]
    recorder = Recorder(cdr)
    await recorder.record(Sealed(b"of three", b"".join(marks)))
    await recorder.record(Sealed(b"of one", marks[1]))
    await recorder.record(Sealed(b"of none", b""))
    found = "SELECT array_agg(convert_from(record, 'UTF8') ORDER BY id) FROM audit.event WHERE about @> $1"
    assert await owner.fetchval(found, marks[1:2]) == ["of three", "of one"]
    assert await owner.fetchval(found, marks[2:]) == ["of three"]


async def test_records_of_two_processes_at_once_all_arrive(cdr, owner, database_url):
    async with Database.open(database_url, "cdr") as other:
        recorders = [Recorder(cdr), Recorder(other)]
        sent = [f"crowd {n}".encode() for n in range(60)]
        await asyncio.gather(*(recorders[n % 2].record(Sealed(one, b"")) for n, one in enumerate(sent)))
    rows = await owner.fetch("SELECT record FROM audit.event WHERE record LIKE 'crowd %'::bytea")
    assert sorted(row["record"] for row in rows) == sorted(sent)


async def test_records_that_wait_for_one_another_share_a_transaction(cdr, owner):
    recorder = Recorder(cdr)
    await asyncio.gather(*(recorder.record(Sealed(b"together", b"")) for _ in range(40)))
    count = "SELECT count(DISTINCT xid) FROM audit.event WHERE record = 'together'"
    assert await owner.fetchval(count) <= 3


async def test_without_the_right_to_append_nothing_is_recorded_and_everybody_is_told(cdr, owner):
    await owner.execute("REVOKE INSERT (record, about) ON audit.event FROM smartbear_cdr")
    try:
        recorder = Recorder(cdr)
        told = await asyncio.gather(
            *(recorder.record(Sealed(b"lost", b"")) for _ in range(3)), return_exceptions=True
        )
        assert [type(one) for one in told] == [Unavailable] * 3
    finally:
        await owner.execute("GRANT INSERT (record, about) ON audit.event TO smartbear_cdr")
    await recorder.record(Sealed(b"found", b""))


async def test_who_stops_waiting_hinders_nobody(cdr, owner):
    recorder = Recorder(cdr)
    impatient = asyncio.create_task(recorder.record(Sealed(b"impatient", b"")))
    await asyncio.sleep(0)
    impatient.cancel()
    await recorder.record(Sealed(b"patient", b""))
    await recorder.close()
    assert (
        await owner.fetchval("SELECT count(*) FROM audit.event WHERE record IN ('patient', 'impatient')") == 2
    )


async def test_a_person_has_one_key_in_all_processes_and_its_salt_outlives_them(cdr, database_url):
    async with Database.open(database_url, "users") as users:
        mine, theirs = Keys(cdr, MASTER), Keys(users, MASTER)
        both = await asyncio.gather(*(keys.of(["p1", "p2", "p1"]) for keys in (mine, theirs)))
    sealed = both[0]["p1"].seal(b"what was read")
    assert both[1]["p1"].open(sealed) == b"what was read"
    assert both[1]["p1"].mark == both[0]["p1"].mark != both[0]["p2"].mark
    assert both[0]["p2"].open(sealed) is None


async def test_the_key_of_a_person_nobody_knows_is_not_made(cdr, owner):
    keys = Keys(cdr, MASTER)
    made = (await keys.of(["p7"]))["p7"]
    before = await owner.fetchval("SELECT count(*) FROM audit.subject_key")
    known = await keys.known("p7")
    assert known is not None
    assert known.mark == made.mark
    assert await keys.known("p-unknown") is None
    assert await owner.fetchval("SELECT count(*) FROM audit.subject_key") == before


async def test_what_is_sealed_about_a_person_is_unreadable_once_the_key_is_forgotten(cdr, database_url):
    before = (await Keys(cdr, MASTER).of(["p9"]))["p9"]
    sealed = before.seal(b"what was read")
    async with Database.open(database_url, "users") as users, users.connection() as connection:
        await forget(connection, MASTER, ["p9"])
    after = (await Keys(cdr, MASTER).of(["p9"]))["p9"]
    assert after.open(sealed) is None
    assert after.mark != before.mark


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 40])
async def test_what_was_never_sealed_does_not_open(cdr, damage):
    assert (await Keys(cdr, MASTER).of(["p1"]))["p1"].open(damage) is None


async def test_days_get_their_partition_a_month_ahead_and_only_once(cdr, owner):
    days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit.event'::regclass"
    before = await owner.fetchval(days)
    async with cdr.connection() as connection:
        await connection.execute("SELECT audit.prepare(30)")
        await connection.execute("SELECT audit.prepare(32)")
    assert before in (31, 32)
    assert await owner.fetchval(days) == 33


def test_in_production_nobody_turns_the_trail_off(tmp_path):
    assert PlatformSettings(home=tmp_path, environment="test", audit=False).audit is False
    with pytest.raises(ValidationError, match="every access is recorded"):
        PlatformSettings(home=tmp_path, audit=False)
