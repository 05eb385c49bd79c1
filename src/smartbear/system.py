"""The table of components, and how they are put together: the one module that sees them all.

Whole: every component in one process. Split: some here, the others behind ``SMARTBEAR_COMPONENT_URLS``. No
other module knows which; a component asks its context for a client and gets one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

import smartbear.assurance.app
import smartbear.assurance.jobs
import smartbear.cdr.app
import smartbear.cdr.jobs
import smartbear.decisions.app
import smartbear.decisions.jobs
import smartbear.gateway.app
import smartbear.identity.app
import smartbear.identity.jobs
import smartbear.measurements.app
import smartbear.measurements.jobs
import smartbear.mobile.app
import smartbear.notifications.app
import smartbear.notifications.jobs
import smartbear.users.app
import smartbear.users.jobs
from smartbear.contracts.scope import ScopeMiddleware
from smartbear.kit import jobs, migrations, secrets
from smartbear.kit.audit.journal import Journal
from smartbear.kit.clock import Clock, SystemClock
from smartbear.kit.context import Context, Handlers
from smartbear.kit.db import Database, owner
from smartbear.kit.errors import Unavailable
from smartbear.kit.http import connector
from smartbear.kit.ids import new_id
from smartbear.kit.settings import PlatformSettings

Serve = Callable[[Context], AbstractAsyncContextManager[ASGIApp]]


@dataclass(frozen=True, slots=True)
class Component:
    """One row of the table."""

    name: str
    serve: Serve
    handlers: Callable[[Context], Handlers] | None = None
    upkeep: Callable[[Context], AbstractAsyncContextManager[None]] | None = None
    """What it does by itself in the worker, beside jobs."""
    session: Mapping[str, str] = field(default_factory=dict)
    """Session parameters of PostgreSQL this component needs."""


_CDR_SESSION = {"plan_cache_mode": "force_generic_plan"}  # custom plans cost two to four times as much

COMPONENTS = (
    Component("identity", smartbear.identity.app.serve, smartbear.identity.jobs.handlers),
    Component("users", smartbear.users.app.serve, smartbear.users.jobs.handlers),
    Component("cdr", smartbear.cdr.app.serve, smartbear.cdr.jobs.handlers, session=_CDR_SESSION),
    Component("measurements", smartbear.measurements.app.serve, smartbear.measurements.jobs.handlers),
    Component("decisions", smartbear.decisions.app.serve, smartbear.decisions.jobs.handlers),
    Component("notifications", smartbear.notifications.app.serve, smartbear.notifications.jobs.handlers),
    Component("mobile", smartbear.mobile.app.serve),
    Component(
        *("assurance", smartbear.assurance.app.serve, smartbear.assurance.jobs.handlers),
        smartbear.assurance.jobs.upkeep,
    ),
    Component("gateway", smartbear.gateway.app.serve),
)
NAMES = tuple(component.name for component in COMPONENTS)


async def migrate(url: str) -> int:
    """Bring the database up to date for all components; returns the number of migrations applied."""
    return await migrations.migrate(url, NAMES)


@dataclass(frozen=True, slots=True)
class System:
    """The components of this process, started."""

    contexts: Mapping[str, Context]
    apps: Mapping[str, ASGIApp]

    @property
    def front(self) -> ASGIApp:
        """What to serve: the gateway, or without one, each component under its name."""
        return self.apps.get("gateway") or _by_name(self.apps)

    def handlers(self) -> Handlers:
        """Every job the components of this process can do."""
        merged: dict[str, Any] = {}
        for component in COMPONENTS:
            if component.name in self.contexts and component.handlers:
                merged |= component.handlers(self.contexts[component.name])
        return merged

    @asynccontextmanager
    async def upkeep(self) -> AsyncIterator[None]:
        """What the components of this process do by themselves, in its worker, while the block runs."""
        async with AsyncExitStack() as stack:
            for component in COMPONENTS:
                if component.name in self.contexts and component.upkeep:
                    await stack.enter_async_context(component.upkeep(self.contexts[component.name]))
            yield


@asynccontextmanager
async def assemble(
    settings: PlatformSettings,
    url: str,
    *,
    only: Sequence[str] = NAMES,
    clock: Clock | None = None,
    make_id: Callable[[], str] = new_id,
    journals: Path | None = None,
) -> AsyncIterator[System]:
    """Start the components named in ``only`` on the database at ``url``, which must be migrated.

    ``journals``: the folder in which what is shown is recorded before the database has it.
    """
    clock = clock or SystemClock()
    contexts: dict[str, Context] = {}
    apps: dict[str, ASGIApp] = {}
    key = secrets.deriver(settings)
    connect = connector(apps.get, settings.component_urls)
    async with AsyncExitStack() as stack:
        ready = await stack.enter_async_context(_readiness(url, settings.component_urls))
        for component in (row for row in COMPONENTS if row.name in only):
            database = await stack.enter_async_context(_database(settings, url, component))
            journal = None
            if journals:
                opened = Journal.opened(journals, component.name, database)
                journal = await stack.enter_async_context(opened)
            context = Context(
                component.name, settings, database, connect, apps.get, clock, make_id, key, ready, journal
            )
            app = await stack.enter_async_context(component.serve(context))
            contexts[component.name] = context
            outermost = component.name == "gateway"
            apps[component.name] = app if outermost else ScopeMiddleware(app, key("scope"), clock)
        yield System(contexts, apps)


def _database(
    settings: PlatformSettings, url: str, component: Component
) -> AbstractAsyncContextManager[Database]:
    return Database.open(
        url,
        component.name,
        connections=settings.database_connections,
        statement_timeout=settings.statement_timeout,
        settings=dict(component.session),
    )


@asynccontextmanager
async def _readiness(url: str, remote: Mapping[str, str]) -> AsyncIterator[Callable[[], Any]]:
    """A check of the database, of the worker and of the components that run elsewhere."""
    async with httpx.AsyncClient(timeout=2) as client:

        async def check() -> Mapping[str, bool]:
            local = _database_state(url)
            others = asyncio.gather(*(_answers(client, address) for address in remote.values()))
            return {**await local, **dict(zip(remote, await others, strict=True))}

        yield check


async def _database_state(url: str) -> dict[str, bool]:
    try:
        async with owner(url) as connection:
            return {"database": True, "worker": await jobs.worker_is_alive(connection)}
    except Unavailable:
        return {"database": False, "worker": False}


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        answer = await client.get(f"{address}/health/live")
    except httpx.TransportError:
        return False
    return answer.is_success


def _by_name(apps: Mapping[str, ASGIApp]) -> ASGIApp:
    """Serves ``/<component>/…`` to that component, for processes without a gateway."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        name, _, rest = scope["path"].removeprefix("/").partition("/")
        if name not in apps and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if name not in apps or scope["type"] not in ("http", "websocket"):
            healthy = scope.get("path") == "/health/live"
            await _plain(send, 200 if healthy else 404)
            return
        raw: bytes = scope["raw_path"]
        inner = {**scope, "path": f"/{rest}", "raw_path": raw.removeprefix(f"/{name}".encode())}
        await apps[name](inner, receive, send)

    return dispatch


async def _plain(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})
