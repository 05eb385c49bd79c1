"""Runs jobs: five tries with growing pauses, and the rescue of jobs whose worker was killed."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import procrastinate
from procrastinate.jobs import Job

from smartbear.kit import logs, telemetry
from smartbear.kit.context import Handler
from smartbear.kit.jobs.schema import SCHEMA

TRIES = 5
_HEARTBEAT = 2.0  # seconds between a worker's signs of life
_DEAD_AFTER = 10.0  # seconds without one
_POLL = 1.0  # seconds; jobs for now are announced, this finds those whose time has come
_RESCUE_LOCK = "rescued"  # jobs of a killed worker run one at a time: one of them may be the killer
_log = logs.get("jobs")


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds before a further try: ``base`` to the power of the try's number."""

    base: int = 2


class _Retry(procrastinate.BaseRetryStrategy):
    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """Try again until the last try; then the job stays as failed, which is the quarantine."""
        tried = job.attempts + 1
        last = tried >= TRIES
        report = _log.error if last else _log.warning
        report("job_failed", task=job.task_name, job=job.id, attempts=tried, error_type=_kind(exception))
        if last:
            telemetry.JOBS_QUARANTINED.labels(job.task_name).inc()
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": self._pauses.base**tried})


def _kind(error: BaseException) -> str:
    cause = error.__cause__ or error
    return type(cause).__name__


@asynccontextmanager
async def open_app(
    url: str, handlers: Mapping[str, Handler] | None = None, pauses: Pauses | None = None
) -> AsyncIterator[procrastinate.App]:
    """The job table, with ``handlers`` for the tasks this process can do."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url, kwargs={"options": f"-c search_path={SCHEMA}"}, min_size=1, max_size=4
    )
    app = procrastinate.App(connector=connector)
    for name, handler in (handlers or {}).items():
        app.task(name=name, queue=queue_of(name), retry=_Retry(pauses or Pauses()))(_run(name, handler))
    async with app.open_async():
        yield app


def queue_of(task: str) -> str:
    """The component that does a task: the first word of its name."""
    return task.partition(".")[0]


def _run(name: str, handler: Handler) -> Any:
    async def run(payload: dict[str, Any]) -> None:
        with telemetry.job(name):
            await handler(payload)

    return run


@asynccontextmanager
async def working(url: str, handlers: Mapping[str, Handler], *, concurrency: int) -> AsyncIterator[None]:
    """Run jobs while the block runs; jobs under way get five seconds to end."""
    async with open_app(url, handlers) as app:
        tasks = [asyncio.create_task(_run_forever(app, handlers, concurrency))]
        tasks.append(asyncio.create_task(_rescue_forever(app)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def drain(url: str, handlers: Mapping[str, Handler], pauses: Pauses | None = None) -> None:
    """Run the jobs that are due now, and those they cause, until none is left."""
    async with open_app(url, handlers, pauses) as app:
        await _run_jobs(app, handlers, concurrency=1, forever=False)


async def _run_forever(app: procrastinate.App, handlers: Mapping[str, Handler], concurrency: int) -> None:
    """Keep a worker running across failures of the database."""
    while True:
        try:
            await _run_jobs(app, handlers, concurrency=concurrency, forever=True)
        except (procrastinate.exceptions.ProcrastinateException, OSError) as error:
            _log.warning("worker_failed", error_type=_kind(error))
            await asyncio.sleep(_POLL)


async def _run_jobs(
    app: procrastinate.App, handlers: Mapping[str, Handler], *, concurrency: int, forever: bool
) -> None:
    await app.run_worker_async(
        queues=sorted({queue_of(name) for name in handlers}),
        concurrency=concurrency,
        wait=forever,
        listen_notify=forever,
        fetch_job_polling_interval=_POLL,
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=_HEARTBEAT,
        stalled_worker_timeout=_DEAD_AFTER,
        shutdown_graceful_timeout=5,
    )


async def _rescue_forever(app: procrastinate.App) -> None:
    while True:
        try:
            await rescue(app)
        except procrastinate.exceptions.ProcrastinateException as error:
            _log.warning("rescue_failed", error_type=_kind(error))
        await asyncio.sleep(_DEAD_AFTER / 2)


async def rescue(app: procrastinate.App, dead_after: float = _DEAD_AFTER) -> int:
    """Take up jobs whose worker has died; those that have now used all their tries are put aside."""
    stalled: Iterable[Job] = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=dead_after)
    count = 0
    for job in stalled:
        if await _take_up(app, job):
            count += 1
            _log.warning("job_rescued", task=job.task_name, job=job.id, attempts=job.attempts + 1)
    return count


async def _take_up(app: procrastinate.App, job: Job) -> bool:
    """Whether this process, and not another one's rescue, took the job up."""
    try:
        if job.attempts + 1 >= TRIES:
            telemetry.JOBS_QUARANTINED.labels(job.task_name).inc()
            await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job, lock=_RESCUE_LOCK)
    except procrastinate.exceptions.ConnectorException:
        return False
    return True
