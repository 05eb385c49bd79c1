"""``smartbear serve`` and ``smartbear worker``: the platform's processes."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from smartbear import system
from smartbear.kit import logs, memory, processes, serving, sockets, telemetry
from smartbear.kit.jobs import worker
from smartbear.kit.settings import PlatformSettings
from smartbear.operations import key_holder
from smartbear.operations.database import database

_log = logs.get("operations")


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform as this process runs it."""

    system: system.System
    address: str


def assemble(
    settings: PlatformSettings, url: str, components: Sequence[str]
) -> AbstractAsyncContextManager[system.System]:
    """The components of a process that lasts, with journals if they may have some."""
    journals = settings.home / "journals" if settings.audit and settings.audit_journal else None
    return system.assemble(settings, url, only=components, journals=journals)


@asynccontextmanager
async def platform(
    settings: PlatformSettings, components: Sequence[str] = system.NAMES, *, with_worker: bool = True
) -> AsyncIterator[Platform]:
    """Everything up while the block runs: database, schemas, components, front door, worker."""
    listener = serving.listen(settings.host, settings.port)
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        url = await stack.enter_async_context(database(settings, supervised=True))
        await system.migrate(url)
        observe(settings, 0)
        running = await stack.enter_async_context(assemble(settings, url, components))
        if "gateway" in components and settings.pseudonym_socket is None:
            await stack.enter_async_context(processes.kept_alive([], program=key_holder.PROGRAM))
        if with_worker:
            await stack.enter_async_context(processes.kept_alive(["worker", "--follow-stdin", *components]))
        others = settings.serving_processes - 1
        await stack.enter_async_context(serving.serving(running.front, listener, shared=others > 0))
        for place in range(others):
            beside = ("beside", str(listener.fileno()), str(place), *components)
            await stack.enter_async_context(processes.kept_alive(beside, inherited=[listener.fileno()]))
        if {"gateway", "cdr"} <= set(components):
            for place in range(settings.record_processes):
                await stack.enter_async_context(processes.kept_alive(["record", str(place)]))
        memory.settle()
        _log.info("serving", port=listener.getsockname()[1], components=",".join(components))
        yield Platform(running, settings.addresses()[0])


async def serve(settings: PlatformSettings, components: Sequence[str], *, with_worker: bool) -> None:
    """Run until Ctrl-C or SIGTERM."""
    async with platform(settings, components, with_worker=with_worker):
        await processes.until_told()


async def serve_beside(
    settings: PlatformSettings, listener: int, place: int, components: Sequence[str]
) -> None:
    """Serve at the parent's socket, the open file ``listener``, until the parent is gone."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(settings))
        observe(settings, 2 + place)
        running = await stack.enter_async_context(assemble(settings, url, components))
        await stack.enter_async_context(
            serving.serving(running.front, socket.socket(fileno=listener), shared=True)
        )
        memory.settle()
        await processes.until_told(follow_stdin=True)


async def serve_record(settings: PlatformSettings, place: int) -> None:
    """Serve requests to the record that a front door of this machine passes on, until the parent is gone."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(settings))
        observe(settings, 1 + settings.serving_processes + place)
        running = await stack.enter_async_context(assemble(settings, url, ("cdr",)))
        listener = stack.enter_context(sockets.listening(settings.record_sockets[place]))
        await stack.enter_async_context(serving.serving(running.front, listener))
        memory.settle()
        await processes.until_told(follow_stdin=True)


async def work(settings: PlatformSettings, components: Sequence[str], *, follow_stdin: bool) -> None:
    """Run jobs of ``components`` until told to stop; with ``follow_stdin``, until the parent is gone."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(settings))
        observe(settings, 1)
        running = await stack.enter_async_context(assemble(settings, url, components))
        jobs = worker.working(url, running.handlers(), concurrency=settings.worker_concurrency)
        await stack.enter_async_context(jobs)
        await stack.enter_async_context(running.upkeep())
        memory.settle()
        await processes.until_told(follow_stdin=follow_stdin)


def observe(settings: PlatformSettings, process: int) -> None:
    """Offer metrics, those of each process of a machine at a port of its own, and send traces if asked to."""
    serving.serve_metrics(settings.internal_port and settings.internal_port + process)
    if settings.telemetry_endpoint:
        telemetry.export_to(settings.telemetry_endpoint)
