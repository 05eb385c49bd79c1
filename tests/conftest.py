"""Real parts for tests: one PostgreSQL a run, a fresh database for each module that asks, a frozen clock.

Nothing here imitates a component. A component under test gets its own role, schema and migrations; its
neighbours are either the real ones or, where a test is about one component alone, small ASGI applications the
test writes itself and hands to ``make_context``.
"""

import asyncio
import gc
import json
import logging
import os
import shutil
import tempfile
import uuid
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import asyncpg
import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from starlette.types import ASGIApp
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from smartbear.contracts.scope import HEADER, SERVICE, AccessScope, ScopeMiddleware, sign
from smartbear.kit import migrations, postgres
from smartbear.kit.clock import FrozenClock
from smartbear.kit.context import Context
from smartbear.kit.db import Database
from smartbear.kit.http import connector
from smartbear.kit.ids import new_id
from smartbear.kit.postgres import processes
from smartbear.kit.settings import PlatformSettings
from tests.heard import Canaries

# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Making a cluster or a database in memory takes a third of the processor time it takes on a disk. A run needs
# less than one GiB; programs of PostgreSQL are copied there and run.
_MEMORY = Path("/dev/shm")
_ROOMY = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= 4 << 30
if "TMPDIR" not in os.environ and _ROOMY and not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)

LISBON_IN_SUMMER = timezone(timedelta(hours=1))
NOW = datetime(2026, 6, 14, 9, 2, tzinfo=LISBON_IN_SUMMER)
ALL = (
    *("identity", "users", "cdr", "measurements", "decisions", "notifications", "mobile", "assurance"),
    "gateway",
)
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported stays: looking through it for waste took half of the time, and would in every test."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


SHARING = ("tests/scenarios", "tests/attacks")
"""Folders whose files share one platform, which takes longer to start than most of their tests."""


class ByFile(LoadFileScheduling):
    """A file's tests stay on one worker, which makes what they share once; so do those with one platform."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        folder = file.rpartition("/")[0]
        return folder if folder in SHARING and not file.endswith("test_crash.py") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """With ``-n``, whatever ``--dist`` says: pytest 9.2 does not see the suffix that xdist's groups need."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins, so that no worker is left alone with it."""
    items.sort(key=lambda item: item.path.parent.name not in ("scenarios", "operations"))


@pytest.fixture(scope="session", autouse=True)
def _no_canary_is_logged() -> Iterator[None]:
    """Whatever the tests of a worker send and store, no warning and no error repeats a canary of it."""
    heard = Canaries()
    logging.getLogger().addHandler(heard)
    yield
    logging.getLogger().removeHandler(heard)
    assert heard.written == []


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for this run, shared by its workers; outside pytest's own folders, which every run closes."""
    given = os.environ.get("SMARTBEAR_TEST_DATABASE_URL")
    if given:
        yield given
        _drop_templates(given)
        return
    home = Path(tempfile.gettempdir()) / f"smartbear-tests-{RUN}"
    server = postgres.start(home)
    _make_frugal(server.url)
    yield server.url
    server.stop()
    if not processes.postmaster(home / "postgres" / "data"):
        shutil.rmtree(home, ignore_errors=True)


def _make_frugal(url: str) -> None:
    """Spare what is for power cuts alone; a killed process loses nothing by it."""
    with psycopg.connect(url, autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes", "wal_compression"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


def _drop_templates(url: str) -> None:
    """Leave somebody's server as it was; a worker that goes on makes its own again."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(1)")
        found = "SELECT datname FROM pg_database WHERE datname ^@ %s"
        for (name,) in admin.execute(found, [f"template_{RUN}"]):
            admin.execute(f"DROP DATABASE {name}")


@asynccontextmanager
async def fresh_database(url: str, components: tuple[str, ...] = ALL) -> AsyncIterator[str]:
    """A database of its own with the schemas of ``components``, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(url)
    try:
        await _copy_of_migrated(admin, url, components, name)
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


async def _copy_of_migrated(
    admin: asyncpg.Connection, url: str, components: tuple[str, ...], name: str
) -> None:
    """Migrated once in a run and then copied, which takes a third of the time."""
    template = f"template_{RUN}_{zlib.crc32(repr(components).encode())}"
    await admin.execute("SELECT pg_advisory_lock(1)")
    try:
        if not await admin.fetch("SELECT FROM pg_database WHERE datname = $1", template):
            await admin.execute(f"CREATE DATABASE {name}")
            await migrations.migrate(f"{url.rpartition('/')[0]}/{name}", components)
            await admin.execute(f"ALTER DATABASE {name} RENAME TO {template}")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await admin.execute("SELECT pg_advisory_unlock(1)")


@pytest.fixture(scope="module")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """A migrated database shared by the tests of one module."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def clock() -> FrozenClock:
    """Stands at two past nine in a Lisbon summer, so that a forgotten time zone shows."""
    return FrozenClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> PlatformSettings:
    """Settings of a platform whose data directory is the test's own."""
    return PlatformSettings(home=tmp_path, environment="test", secret_key="k" * 32)


def test_key(purpose: str) -> bytes:
    """Derived keys of tests: stable, different for each purpose."""
    return purpose.encode().ljust(32, b".")[:32]


test_key.__test__ = False  # type: ignore[attr-defined]

MakeContext = Callable[..., object]


@asynccontextmanager
async def open_context(
    url: str,
    component: str,
    settings: PlatformSettings,
    clock: FrozenClock,
    neighbours: dict[str, ASGIApp] | None = None,
    **session: str,
) -> AsyncIterator[Context]:
    """A component's context on the database at ``url``, beside ``neighbours``."""
    apps = dict(neighbours or {})

    async def ready() -> dict[str, bool]:
        return {"database": True, "worker": True}

    async with Database.open(url, component, connections=8, settings=session) as database:
        connect = connector(apps.get, {})
        yield Context(component, settings, database, connect, apps.get, clock, new_id, test_key, ready)


@pytest.fixture
def make_context(database_url: str, settings: PlatformSettings, clock: FrozenClock):
    """``async with make_context("users", neighbours={"decisions": app}) as context``."""

    def make(
        component: str, neighbours: dict[str, ASGIApp] | None = None, **session: str
    ) -> AbstractAsyncContextManager[Context]:
        return open_context(database_url, component, settings, clock, neighbours, **session)

    return make


def plain_client(app: ASGIApp) -> httpx.AsyncClient:
    """A client of an application that asks for no scope; a bug in it is a 500 answer, as in production."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test.internal")


def client_of(app: ASGIApp, clock: FrozenClock, scope: AccessScope | None = None) -> httpx.AsyncClient:
    """A client of a component that speaks with ``scope``, by default as a neighbouring component."""
    access = scope or AccessScope(role=SERVICE, service="test")
    guarded = ScopeMiddleware(app, test_key("scope"), clock)
    transport = httpx.ASGITransport(guarded, raise_app_exceptions=False)

    async def put_scope(request: httpx.Request) -> None:
        request.headers[HEADER] = sign(access, test_key("scope"), clock.now())

    return httpx.AsyncClient(
        transport=transport, base_url="http://component.internal", event_hooks={"request": [put_scope]}
    )


def bundle_of_conditions(codings: list[dict[str, str]]) -> dict[str, object]:
    """What the repository answers when it is asked for a person's conditions."""
    found = [{"resourceType": "Condition", "code": {"coding": [coding]}} for coding in codings]
    entries = [{"search": {"mode": "match"}, "resource": resource} for resource in found]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


async def jobs_of(url: str, task: str) -> list[dict[str, object]]:
    """Payloads of the jobs deferred for ``task``, oldest first."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT args->'payload' AS p FROM jobs.procrastinate_jobs WHERE task_name = $1 ORDER BY id", task
        )
    finally:
        await connection.close()

    return [json.loads(row["p"]) for row in rows]


async def eventually(check: Callable[[], object], within: float = 5.0) -> None:
    """Wait until ``check`` holds; it may be a coroutine function."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        result = check()
        held = await result if asyncio.iscoroutine(result) else result
        if held:
            return
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.02)
