import asyncio
import sys
from contextlib import asynccontextmanager

import asyncpg
import pytest

from smartbear.kit.db import Database
from smartbear.kit.errors import NotFound, Unavailable
from smartbear.kit.jobs import defer, quarantine, worker
from smartbear.kit.jobs.queue import Queue, open_queue
from tests.conftest import eventually, fresh_database

AT_ONCE = worker.Pauses(base=0)


@pytest.fixture
async def url(postgres_url):
    async with fresh_database(postgres_url, ("users",)) as fresh:
        yield fresh


@pytest.fixture
async def users(url):
    async with Database.open(url, "users") as database:
        yield database


async def ask(users, task: str, **payload):
    async with users.transaction() as tx:
        return await defer(tx, queue="users", task=task, payload=payload)


async def run_due(url, **handlers):
    named = {f"users.{name}": handler for name, handler in handlers.items()}
    await worker.drain(url, named, AT_ONCE)


async def put_aside(url):
    connection = await asyncpg.connect(url)
    try:
        return await quarantine.quarantined(connection)
    finally:
        await connection.close()


async def test_a_job_runs_with_the_payload_it_was_given(url, users):
    seen = []

    async def greet(payload):
        seen.append(payload)

    await ask(users, "users.greet", whom="everybody", count=3)
    await run_due(url, greet=greet)
    assert seen == [{"whom": "everybody", "count": 3}]


async def test_a_job_of_a_transaction_that_fails_never_was(url, users):
    seen = []

    async def greet(payload):
        seen.append(payload)

    async def change_and_fail():
        async with users.transaction() as tx:
            await defer(tx, queue="users", task="users.greet", payload={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()
    await run_due(url, greet=greet)
    assert seen == []


async def test_a_job_is_tried_five_times_and_then_put_aside_while_others_go_on(url, users):
    tries, done = [], []

    async def poison(payload):
        tries.append(payload)
        raise ValueError("nobody can do this")

    async def fine(payload):
        done.append(payload)

    number = await ask(users, "users.poison", n=1)
    await ask(users, "users.fine", n=2)
    for _ in range(7):
        await run_due(url, poison=poison, fine=fine)
    assert (len(tries), done) == (5, [{"n": 2}])
    [aside] = await put_aside(url)
    assert (aside.number, aside.task, aside.attempts) == (number, "users.poison", 5)


async def test_a_job_put_aside_can_be_run_again_after_the_fault_is_mended(url, users):
    broken, done = True, []

    async def fragile(payload):
        if broken:
            raise ValueError
        done.append(payload)

    number = await ask(users, "users.fragile")
    for _ in range(5):
        await run_due(url, fragile=fragile)
    broken = False
    connection = await asyncpg.connect(url)
    await quarantine.replay(connection, number)
    await run_due(url, fragile=fragile)
    assert (done, await quarantine.quarantined(connection)) == ([{}], [])
    with pytest.raises(NotFound):
        await quarantine.replay(connection, number)
    await connection.close()


async def test_a_job_put_aside_can_be_dropped_for_good(url, users):
    async def poison(_payload):
        raise ValueError

    number = await ask(users, "users.poison")
    for _ in range(5):
        await run_due(url, poison=poison)
    connection = await asyncpg.connect(url)
    await quarantine.drop(connection, number)
    assert await quarantine.quarantined(connection) == []
    await connection.close()


KILLED_WORKER = """
import asyncio, os, sys
from smartbear.kit.jobs import worker

async def die(payload):
    if payload.get("innocent"):
        await asyncio.sleep(30)
    os._exit(9)

asyncio.run(worker.drain(sys.argv[1], {"users.die": die}))
"""


async def kill_a_worker_in_the_middle(url):
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED_WORKER, url)
    assert await asyncio.wait_for(child.wait(), 30) == 9


async def test_the_job_of_a_killed_worker_is_rescued_and_done(url, users):
    done = []

    async def die(payload):
        done.append(payload)

    await ask(users, "users.die")
    await kill_a_worker_in_the_middle(url)
    async with open_queue(url) as queue:
        assert await worker.rescue(queue, dead_after=0) == 1
        assert await worker.rescue(queue, dead_after=0) == 0
    await run_due(url, die=die)
    assert done == [{}]


async def test_a_job_that_kills_its_worker_five_times_is_put_aside(url, users):
    await ask(users, "users.die")
    for _ in range(5):
        await kill_a_worker_in_the_middle(url)
        async with open_queue(url) as queue:
            await worker.rescue(queue, dead_after=0)
    [aside] = await put_aside(url)
    assert aside.attempts == 5


async def test_a_running_worker_gives_signs_of_life(url, users):
    async def greet(_payload):
        return

    connection = await asyncpg.connect(url)
    assert not await quarantine.worker_is_alive(connection)
    async with worker.working(url, {"users.greet": greet}, concurrency=2):
        await eventually(lambda: quarantine.worker_is_alive(connection))
    await connection.close()


async def test_a_running_worker_picks_up_a_job_the_moment_it_is_committed(url, users):
    done = asyncio.Event()

    async def greet(_payload):
        done.set()

    async with worker.working(url, {"users.greet": greet}, concurrency=2):
        await asyncio.sleep(0.2)
        await ask(users, "users.greet")
        await asyncio.wait_for(done.wait(), 2)


async def test_a_worker_survives_whatever_becomes_of_its_connection(url, users, monkeypatch):
    faults = [asyncpg.InternalClientError("unknown state"), RuntimeError("ours"), Unavailable()]
    claim, done = Queue.claim, asyncio.Event()

    async def faulty(queue, *options):
        if faults:
            raise faults.pop()
        return await claim(queue, *options)

    async def greet(_payload):
        done.set()

    monkeypatch.setattr(Queue, "claim", faulty)
    monkeypatch.setattr(worker, "_POLL", 0.05)
    await ask(users, "users.greet")
    async with worker.working(url, {"users.greet": greet}, concurrency=2):
        await asyncio.wait_for(done.wait(), 5)
    assert not faults


async def test_a_worker_whose_connection_is_cut_again_and_again_goes_on(url, users, monkeypatch):
    done = []

    async def greet(payload):
        done.append(payload["number"])

    monkeypatch.setattr(worker, "_POLL", 0.05)
    connection = await asyncpg.connect(url)
    async with worker.working(url, {"users.greet": greet}, concurrency=2):
        for number in range(10):
            await ask(users, "users.greet", number=number)
            await connection.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'smartbear jobs' AND datname = current_database()"""
            )
            await asyncio.sleep(0.02 * number)
        await ask(users, "users.greet", number=10)
        await eventually(lambda: 10 in done)
    await connection.close()


@pytest.mark.parametrize("steps", range(6))
async def test_a_worker_stops_when_told_to_in_the_very_moment_a_job_ends(url, users, steps):
    ended = asyncio.Event()

    async def greet(_payload):
        ended.set()

    async def work():
        async with worker.working(url, {"users.greet": greet}, concurrency=2):
            await ask(users, "users.greet")
            await ended.wait()
            for _ in range(steps):
                await asyncio.sleep(0)

    await asyncio.wait_for(work(), 10)


async def test_a_worker_ends_even_when_its_connection_is_lost_as_it_is_told_to(url, monkeypatch):
    async def greet(_payload):
        return

    lost: list[bool] = []

    @asynccontextmanager
    async def lossy(url):
        async with open_queue(url) as queue:
            try:
                yield queue
            except asyncio.CancelledError:
                lost.append(True)
                raise Unavailable from None  # as the closing of a connection that died meanwhile does

    monkeypatch.setattr(worker, "open_queue", lossy)
    monkeypatch.setattr(worker, "_GRACE", -0.8)
    async with asyncio.timeout(5), worker.working(url, {"users.greet": greet}, concurrency=2):
        await asyncio.sleep(0.3)
    assert lost
