"""Several processes at one front door, started as an operator starts them."""

import asyncio
import json
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


def children(parent, command):
    """Processes of ``parent`` that run a command of ours."""
    found = []
    for pid in pids():
        try:
            place = Path(f"/proc/{pid}")
            ancestor = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if ancestor == parent and f"\0{command}\0".encode() in (place / "cmdline").read_bytes():
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


async def token(client, environment):
    """An access token of a system client."""
    command = (sys.executable, "-m", "smartbear", "client", "create", "loader", "--scope", "system/*.*")
    made = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    form = json.loads((await made.communicate())[0]) | {"grant_type": "client_credentials"}
    answer = await client.post("/realms/smartbear/protocol/openid-connect/token", data=form)
    return answer.raise_for_status().json()["access_token"]


@pytest.fixture
async def platform(postgres_url, tmp_path):
    """A process that serves with others beside it, a client of it, and whether it answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with fresh_database(postgres_url, ()) as url:
        environment = os.environ | {
            "SMARTBEAR_HOME": str(tmp_path / "home"),
            "SMARTBEAR_DATABASE_URL": url,
            "SMARTBEAR_PORT": str(port),
            "SMARTBEAR_SERVING_PROCESSES": "2",
            "SMARTBEAR_RECORD_PROCESSES": "1",
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
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            client.headers["authorization"] = f"Bearer {await token(client, environment)}"
            yield process, client, answers
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_processes_at_one_door_stand_in_for_each_other(platform):
    process, _, answers = platform

    async def beside():
        return children(process.pid, "beside")

    (first,) = await until(beside)
    process.send_signal(signal.SIGSTOP)
    try:
        assert await until(answers), "nobody but the stopped process answers"
    finally:
        process.send_signal(signal.SIGCONT)
    os.kill(first, signal.SIGKILL)
    assert all([await answers() for _ in range(10)])

    async def another():
        return [pid for pid in children(process.pid, "beside") if pid != first]

    (second,) = await until(another)
    process.send_signal(signal.SIGKILL)

    async def ended():
        return second not in pids() or not await answers()

    assert await until(ended), "a process outlives the one that started it"


def bundle():
    """A transaction that lasts."""
    words = {"resourceType": "Basic", "code": {"text": "x" * 500}}
    entries = [{"resource": words, "request": {"method": "POST", "url": "Basic"}} for _ in range(60)]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def processor_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def test_what_lasts_is_done_by_a_process_beside_and_without_it_all_the_same(platform, tmp_path):
    process, client, _ = platform

    async def record():
        return (tmp_path / "home/run/record-0.sock").exists() and children(process.pid, "record")

    async def write():
        answer = await client.post("/fhir", json=bundle())
        assert answer.status_code == 200, answer.text

    (first,) = await until(record)
    before = processor_ticks(first)
    for _ in range(5):
        await write()
    assert processor_ticks(first) > before
    os.kill(first, signal.SIGKILL)
    await until(lambda: gone(first))
    await write()
    await until(lambda: another(record, first))
    await write()
    found = await client.get("/fhir/Basic", params={"_summary": "count"})
    assert found.json()["total"] == 7 * 60


async def gone(pid):
    return pid not in pids()


async def another(record, first):
    return [pid for pid in await record() or [] if pid != first]
