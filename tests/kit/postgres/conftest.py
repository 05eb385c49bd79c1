"""Homes that must be left without a process, and other processes of ours to share a server with."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from smartbear.kit.postgres import processes, start

_CHILD = """
import os, sys
from pathlib import Path
from smartbear.kit.errors import PlatformError
from smartbear.kit.postgres import start

home, uid = Path(sys.argv[1]), int(sys.argv[2])
if uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
try:
    server = start(home)
except PlatformError as error:
    sys.exit(f"{error.code}: {error.detail}")
print(server.url, flush=True)
sys.stdin.readline()
server.stop()
"""


class Other:
    """Another process of ours that uses the server of a home."""

    def __init__(self, home, uid=0, **environment):
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(home), str(uid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def url(self):
        """Its server's address, once it has joined."""
        return self.process.stdout.readline().strip()

    def leave(self):
        """Let it go in order; what it said last."""
        return self.process.communicate("\n", timeout=30)[1].strip()

    def kill(self):
        """`kill -9`."""
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def other():
    """Starts other processes of ours: ``other(home)``, ``other(home, uid=1)``."""
    started = []

    def start_other(home, uid=0, **environment):
        started.append(Other(home, uid, **environment))
        return started[-1]

    yield start_other
    for one in started:
        one.kill()


@pytest.fixture(scope="session")
def made_once():
    """A data directory with a cluster: making one is most of a test's time."""
    folder = Path(tempfile.mkdtemp(prefix="smartbear-"))
    start(folder).stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(made_once, other):
    """A data directory with a cluster that is stopped, as tests before left it."""
    yield made_once
    _require_stopped(made_once)


@pytest.fixture
def empty_home(other):
    """A data directory without a cluster."""
    folder = Path(tempfile.mkdtemp(prefix="smartbear-"))
    yield folder
    _require_stopped(folder)
    shutil.rmtree(folder)


def _require_stopped(folder):
    left = processes.members(folder / "postgres" / "data")
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, "the test left a PostgreSQL running"


@pytest.fixture
def data(request):
    """Where the cluster of the test's home is."""
    name = "home" if "home" in request.fixturenames else "empty_home"
    return request.getfixturevalue(name) / "postgres" / "data"


@pytest.fixture
def query():
    """``query(url, sql, *parameters)`` commits and returns rows, if there are any."""

    def run(url, sql, *parameters):
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def eventually():
    """Waits until ``check()`` is true and returns what it was; a server that is down counts as false."""

    def wait(check, within=10.0):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                if result := check():
                    return result
            except psycopg.OperationalError:
                pass
            time.sleep(0.01)
        raise AssertionError("it did not come true in time")

    return wait


@pytest.fixture
def kill_postmaster(eventually):
    """`kill -9` of the postmaster of a data directory; returns when it is dead."""

    def kill(data):
        pid = processes.postmaster(data).pid
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: processes.postmaster(data) is None)
        return pid

    return kill
