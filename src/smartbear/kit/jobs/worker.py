"""Runs jobs: five tries with growing pauses, and the rescue of jobs whose worker was killed.

A worker takes as many jobs at once as it has room for and removes together what has ended meanwhile, so the
busier it is, the fewer statements a job costs; a lone one costs three.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from smartbear.kit import logs, telemetry
from smartbear.kit.context import Handler
from smartbear.kit.db import FAULTS
from smartbear.kit.jobs.queue import Job, Queue, open_queue

TRIES = 5
_HEARTBEAT = 2.0  # seconds between a worker's signs of life
_DEAD_AFTER = 10.0  # seconds without one
_POLL = 1.0  # seconds; jobs for now are announced, this finds those whose time has come
_GRACE = 5.0  # seconds jobs under way get to end
_RESCUE_LOCK = "rescued"  # jobs of a killed worker run one at a time: one of them may be the killer
_log = logs.get("jobs")


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds before a further try: ``base`` to the power of the try's number."""

    base: int = 2


def queue_of(task: str) -> str:
    """The component that does a task: the first word of its name."""
    return task.partition(".")[0]


class Worker:
    """A registered worker: takes jobs, runs them, settles what has ended."""

    def __init__(
        self, queue: Queue, handlers: Mapping[str, Handler], pauses: Pauses, concurrency: int
    ) -> None:
        self._queue, self._handlers, self._pauses, self._concurrency = queue, handlers, pauses, concurrency
        self._queues = sorted({queue_of(name) for name in handlers})
        self._number = 0
        self._running: dict[int, asyncio.Task[None]] = {}
        self._done: list[int] = []
        self._failed: list[tuple[Job, Exception]] = []
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled; jobs under way get a moment to end, others take what is left of them."""
        await self._start()
        await self._queue.listen(self._news)
        clock = asyncio.get_running_loop().time
        looked = alive = 0.0
        try:
            while True:
                if clock() - alive >= _HEARTBEAT:
                    await self._queue.sign_of_life(self._number)
                    alive = clock()
                heard = self._news.is_set()
                self._news.clear()
                await self._settle()
                if heard or clock() - looked >= _POLL:
                    looked = clock()
                    await self._take()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL):  # wait_for may swallow being told to stop
                        await self._news.wait()
        finally:
            await self._end()

    async def drain(self) -> None:
        """Run the jobs that are due now, and those they cause, until none is left."""
        await self._start()
        while await self._take():
            await asyncio.wait(self._running.values())
            await self._settle()
        await self._queue.unregister(self._number)

    async def _start(self) -> None:
        self._number = await self._queue.register(_DEAD_AFTER)

    async def _take(self) -> int:
        """Start as many due jobs as there is room for; returns how many."""
        room = self._concurrency - len(self._running)
        taken = await self._queue.claim(self._number, self._queues, room) if room else []
        for job in taken:
            self._running[job.number] = asyncio.create_task(self._do(job))
        return len(taken)

    async def _do(self, job: Job) -> None:
        try:
            with telemetry.job(job.task):
                await self._handlers[job.task](job.payload)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job failed and will be tried again
            self._failed.append((job, error))
        else:
            self._done.append(job.number)
        del self._running[job.number]
        self._news.set()

    async def _settle(self) -> None:
        """Tell the table what has become of the jobs that have ended."""
        done, failed = self._done, self._failed
        self._done, self._failed = [], []
        if done:
            await self._queue.finish(done)
        for job, error in failed:
            await self._fail(job, error)

    async def _fail(self, job: Job, error: Exception) -> None:
        tried = job.attempts + 1
        last = tried >= TRIES
        report = _log.error if last else _log.warning
        report("job_failed", task=job.task, job=job.number, attempts=tried, error_type=_kind(error))
        if last:
            telemetry.JOBS_QUARANTINED.labels(job.task).inc()
            await self._queue.put_aside(job)
        else:
            await self._queue.retry(job, self._pauses.base**tried)

    async def _end(self) -> None:
        running = dict(self._running)
        if running:
            await asyncio.wait(running.values(), timeout=_GRACE)
        with suppress(*FAULTS):
            await self._settle()
            await self._queue.give_back(list(self._running))
            await self._queue.unregister(self._number)
        for task in running.values():
            task.cancel()


def _kind(error: BaseException) -> str:
    return type(error.__cause__ or error).__name__


@asynccontextmanager
async def working(url: str, handlers: Mapping[str, Handler], *, concurrency: int) -> AsyncIterator[None]:
    """Run jobs while the block runs; jobs under way get five seconds to end."""
    tasks = [
        asyncio.create_task(_run_forever(url, handlers, concurrency)),
        asyncio.create_task(_rescue_forever(url)),
    ]
    try:
        yield
    finally:
        await _end_all(tasks)


async def _end_all(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: a connection lost at that moment can put its error in the place of it."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_GRACE + 1)


async def drain(url: str, handlers: Mapping[str, Handler], pauses: Pauses | None = None) -> None:
    """Run the jobs that are due now, one after the other, and those they cause, until none is left."""
    async with open_queue(url) as queue:
        await Worker(queue, handlers, pauses or Pauses(), concurrency=1).drain()


async def _run_forever(url: str, handlers: Mapping[str, Handler], concurrency: int) -> None:
    """Keep a worker running across failures of the database, and of our own."""
    while True:
        try:
            async with open_queue(url) as queue:
                await Worker(queue, handlers, Pauses(), concurrency).run()
        except FAULTS as error:
            _log.warning("worker_failed", error_type=_kind(error))
            await asyncio.sleep(_POLL)
        except Exception as error:  # noqa: BLE001 - a process without a worker looks well and does nothing
            _log.error("worker_failed", error_type=_kind(error), exc_info=error)
            await asyncio.sleep(_POLL)


async def _rescue_forever(url: str) -> None:
    while True:
        try:
            async with open_queue(url) as queue:
                await rescue(queue)
        except Exception as error:  # noqa: BLE001 - as above
            _log.warning("rescue_failed", error_type=_kind(error))
        await asyncio.sleep(_DEAD_AFTER / 2)


async def rescue(queue: Queue, dead_after: float = _DEAD_AFTER) -> int:
    """Take up jobs whose worker has died; those that have now used all their tries are put aside."""
    count = 0
    for job in await queue.stalled(dead_after):
        if await _take_up(queue, job):
            count += 1
            _log.warning("job_rescued", task=job.task, job=job.number, attempts=job.attempts + 1)
    return count


async def _take_up(queue: Queue, job: Job) -> bool:
    """Whether this process, and not another one's rescue, took the job up."""
    with suppress(*FAULTS):
        if job.attempts + 1 >= TRIES:
            telemetry.JOBS_QUARANTINED.labels(job.task).inc()
            await queue.put_aside(job)
        else:
            await queue.retry(job, 0, lock=_RESCUE_LOCK)
        return True
    return False
