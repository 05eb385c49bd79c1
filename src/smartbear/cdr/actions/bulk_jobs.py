"""Running a bulk job: to its end, or to a failure that whoever asks about it is told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from smartbear.cdr.actions import export_run, import_run
from smartbear.cdr.model.bulk import Job, Kind
from smartbear.cdr.store.bulk import jobs
from smartbear.cdr.store.repository import Repository
from smartbear.kit import logs
from smartbear.kit.errors import BadInput, Gone, PlatformError, TooLarge
from smartbear.kit.jobs import defer
from smartbear.kit.jobs.worker import TRIES

_RUN: Mapping[Kind, Callable[[Repository, Job], Awaitable[None]]] = {
    "export": export_run.run,
    "import": import_run.run,
}
_log = logs.get("cdr")


async def run(repository: Repository, job_id: str) -> None:
    """Do the job, or what is left of it; raises what may go well next time, as long as there is one."""
    async with repository.db.connection() as connection:
        job = await jobs.take(connection, job_id, repository.context.clock.now())
    if job is None:  # cancelled, or done by somebody else
        return
    try:
        await _RUN[job.kind](repository, job)
    except Gone:
        return
    except Exception as error:
        if job.tries < TRIES and not isinstance(error, (BadInput, TooLarge)):
            raise
        _log.error("bulk_job_failed", kind=job.kind, error_type=type(error).__name__, exc_info=error)
        await _fail(repository, job, error)
    await _remove_later(repository)


async def _fail(repository: Repository, job: Job, error: Exception) -> None:
    said = error.detail if isinstance(error, PlatformError) else "The job failed again and again."
    async with repository.db.connection() as connection:
        await jobs.end(connection, job, repository.context.clock.now(), fault=said)


async def _remove_later(repository: Repository) -> None:
    after = timedelta(hours=repository.settings.bulk_hours, seconds=1)
    async with repository.db.transaction() as tx:
        run_at = repository.context.clock.now() + after
        await defer(tx, queue="cdr", task="cdr.bulk.expire", payload={}, run_at=run_at)
