"""Records in a file of this machine, and how they come into the database: once, whatever dies on the way."""

import asyncio
import os

import asyncpg
import pytest

from smartbear.kit.audit import Recorder, Sealed, journal
from smartbear.kit.audit.frames import framed, frames_in
from smartbear.kit.audit.journal import Journal
from smartbear.kit.audit.journal_file import JournalFile, orphans
from smartbear.kit.db import Database
from smartbear.kit.errors import Unavailable


@pytest.fixture
async def cdr(database_url):
    async with Database.open(database_url, "cdr") as database:
        yield database


@pytest.fixture
async def owner(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def records(prefix, count):
    return [Sealed(f"{prefix} {number}".encode(), b"") for number in range(count)]


async def in_the_trail(owner, prefix):
    found = await owner.fetch("SELECT record FROM audit.event WHERE record LIKE $1", f"{prefix} %".encode())
    return sorted(row["record"] for row in found)


async def until(wanted, ask):
    async with asyncio.timeout(20):
        while await ask() != wanted:  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.02)


async def test_a_record_is_in_the_file_at_once_and_soon_in_the_database(cdr, owner, tmp_path):
    async with Journal.opened(tmp_path / "journals", "cdr", cdr) as kept:
        await Recorder(cdr, kept).record(Sealed(b"soon 0", b"m" * 16))
        (file,) = (tmp_path / "journals").iterdir()
        assert [sealed for _, sealed in frames_in(file.read_bytes(), 0)] == [Sealed(b"soon 0", b"m" * 16)]
        assert oct(file.stat().st_mode & 0o777) == "0o600"
        await until([b"soon 0"], lambda: in_the_trail(owner, "soon"))
    assert await owner.fetchval("SELECT about FROM audit.event WHERE record = 'soon 0'") == [b"m" * 16]


async def test_what_is_in_the_journal_when_it_is_closed_is_in_the_trail_and_no_file_stays(
    cdr, owner, tmp_path
):
    async with Journal.opened(tmp_path, "cdr", cdr) as kept:
        for record in records("closed", 30):
            kept.keep(record)
    assert len(await in_the_trail(owner, "closed")) == 30
    assert list(tmp_path.iterdir()) == []
    assert await owner.fetchval("SELECT count(*) FROM audit.journal") == 0


def left_behind(folder, component, content):
    """The file of a process that has died."""
    file = JournalFile.made(folder, component)
    os.write(file._descriptor, content)
    file.close()
    return file


async def test_the_file_of_a_process_that_died_is_carried_on_where_the_database_had_come(
    cdr, owner, tmp_path
):
    frames = [framed(record) for record in records("left", 5)]
    file = left_behind(tmp_path, "cdr", b"".join(frames) + framed(Sealed(b"torn", b""))[:-2])
    had = sum(map(len, frames[:2]))
    await owner.execute("INSERT INTO audit.journal VALUES ($1, $2)", file.name, had)
    async with Journal.opened(tmp_path, "cdr", cdr):
        await until([b"left 2", b"left 3", b"left 4"], lambda: in_the_trail(owner, "left"))
        await until(0, lambda: owner.fetchval("SELECT count(*) FROM audit.journal"))
    assert list(tmp_path.iterdir()) == []


async def test_files_of_the_living_and_of_other_components_are_left_alone(cdr, owner, tmp_path):
    living = JournalFile.made(tmp_path, "cdr")
    living.add(framed(Sealed(b"others 0", b"")))
    left_behind(tmp_path, "users", framed(Sealed(b"others 1", b"")))
    assert orphans(tmp_path, "cdr") == []
    living.close()
    assert [file.path for file in orphans(tmp_path, "cdr")] == [living.path]


async def test_records_are_carried_once_although_the_answer_of_the_database_is_lost(
    cdr, owner, tmp_path, monkeypatch
):
    into_database, lost = Journal._into_database, [True]

    async def interrupted(self, *given):
        carried = await into_database(self, *given)
        if lost and given[2]:
            lost.pop()
            raise ConnectionResetError
        return carried

    monkeypatch.setattr(Journal, "_into_database", interrupted)
    async with Journal.opened(tmp_path, "cdr", cdr) as kept:
        for record in records("once", 3):
            kept.keep(record)
        await until([], lambda: asyncio.sleep(0, lost))
    assert await in_the_trail(owner, "once") == [b"once 0", b"once 1", b"once 2"]


async def test_files_follow_one_another_and_those_that_are_done_go(cdr, owner, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "_LARGEST", 100)
    async with Journal.opened(tmp_path, "cdr", cdr) as kept:
        for record in records("many", 40):
            kept.keep(record)
        assert len(list(tmp_path.iterdir())) > 5
        await until(40, lambda: count(owner, "many"))
        await until(1, lambda: asyncio.sleep(0, len(list(tmp_path.iterdir()))))
    assert list(tmp_path.iterdir()) == []


async def count(owner, prefix):
    return len(await in_the_trail(owner, prefix))


async def test_nothing_is_shown_when_the_journal_cannot_be_written(cdr, tmp_path, monkeypatch):
    async with Journal.opened(tmp_path, "cdr", cdr) as kept:
        monkeypatch.setattr(os, "write", lambda _file, data: len(data) - 1)
        with pytest.raises(Unavailable):
            kept.keep(Sealed(b"full 0", b""))


async def test_a_record_after_one_that_was_cut_short_is_not_lost_with_it(cdr, owner, tmp_path, monkeypatch):
    write = os.write
    async with Journal.opened(tmp_path, "cdr", cdr) as kept:
        kept.keep(Sealed(b"short 0", b""))
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", lambda file, data: write(file, data[:5]))
            with pytest.raises(Unavailable):
                kept.keep(Sealed(b"short 1", b""))
        kept.keep(Sealed(b"short 2", b""))
        for path in tmp_path.iterdir():
            assert [sealed.record for _, sealed in frames_in(path.read_bytes(), 0)] in (
                [b"short 0"],
                [b"short 2"],
            )
    assert await in_the_trail(owner, "short") == [b"short 0", b"short 2"]


async def test_nothing_is_shown_when_the_database_takes_nothing_any_more(cdr, owner, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "_LONGEST", 0.3)
    monkeypatch.setattr(journal, "_PAUSE", 0.02)
    async with Journal.opened(tmp_path, "cdr", cdr) as kept:
        await owner.execute("REVOKE EXECUTE ON FUNCTION audit.carry FROM smartbear_cdr")
        try:
            kept.keep(Sealed(b"late 0", b""))
            await asyncio.sleep(0.4)
            with pytest.raises(Unavailable):
                kept.keep(Sealed(b"late 1", b""))
        finally:
            await owner.execute("GRANT EXECUTE ON FUNCTION audit.carry TO smartbear_cdr")
        await until([b"late 0"], lambda: in_the_trail(owner, "late"))
        kept.keep(Sealed(b"late 2", b""))
    assert await in_the_trail(owner, "late") == [b"late 0", b"late 2"]
