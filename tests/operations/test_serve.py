"""Several processes at one front door, started as an operator starts them."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import fresh_database

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes in /proc")


def pids():
    return [int(place.name) for place in Path("/proc").glob("[0-9]*")]


def children(parent):
    """Processes of ``parent`` that serve beside it."""
    found = []
    for pid in pids():
        try:
            place = Path(f"/proc/{pid}")
            ancestor = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if ancestor == parent and b"\0beside\0" in (place / "cmdline").read_bytes():
                found.append(pid)
        except OSError:  # it has just ended
            continue
    return found


async def until(true):
    """What ``true`` returns, as soon as it is."""
    async with asyncio.timeout(40):
        while not (value := await true()):  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.1)
    return value


@pytest.fixture
async def platform(postgres_url, tmp_path):
    """A process that serves with another beside it, and whether someone answers at its door."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with fresh_database(postgres_url, ()) as url:
        environment = os.environ | {
            "SMARTBEAR_HOME": str(tmp_path / "home"),
            "SMARTBEAR_DATABASE_URL": url,
            "SMARTBEAR_PORT": str(port),
            "SMARTBEAR_SERVING_PROCESSES": "2",
            "SMARTBEAR_ENVIRONMENT": "test",
            "SMARTBEAR_LOG_LEVEL": "error",
        }
        command = (sys.executable, "-m", "smartbear", "serve", "--no-worker")
        process = await asyncio.create_subprocess_exec(*command, env=environment)

        async def answers():
            try:
                async with httpx.AsyncClient(timeout=2) as client:
                    return (await client.get(f"http://127.0.0.1:{port}/health/live")).is_success
            except httpx.TransportError:
                return False

        await until(answers)
        yield process, answers
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_processes_at_one_door_stand_in_for_each_other(platform):
    process, answers = platform

    async def beside():
        return children(process.pid)

    (first,) = await until(beside)
    process.send_signal(signal.SIGSTOP)
    try:
        assert await until(answers), "nobody but the stopped process answers"
    finally:
        process.send_signal(signal.SIGCONT)
    os.kill(first, signal.SIGKILL)
    assert all([await answers() for _ in range(10)])

    async def another():
        return [pid for pid in children(process.pid) if pid != first]

    (second,) = await until(another)
    process.send_signal(signal.SIGKILL)

    async def gone():
        return second not in pids() or not await answers()

    assert await until(gone), "a process outlives the one that started it"
