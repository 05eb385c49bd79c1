"""Verifications that auditors ask for; the worker does them."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from smartbear.assurance import access
from smartbear.assurance.actions import verifying
from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.verification import Kind, Report
from smartbear.assurance.store import verifications
from smartbear.contracts import trail
from smartbear.contracts.scope import AccessScope
from smartbear.kit.errors import NotFound
from smartbear.kit.jobs import defer

RUN = "assurance.verify"
_SILENT = timedelta(minutes=10)
"""After which a verification that has not ended is not waited for any more: its worker was killed."""


class FindingView(BaseModel):
    """One thing that is wrong, with its place as far as there is one."""

    kind: Kind
    event: int | None
    position: int | None
    checkpoint: int | None


class ReportView(BaseModel):
    """What a verification found; ``intact``: nothing."""

    intact: bool
    events: int
    checkpoints: int
    witnessed: int
    expired: int
    waiting: int
    counts: dict[str, int]
    findings: list[FindingView]


class VerificationView(BaseModel):
    """A verification: how far it is, or what it found."""

    id: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    done: int
    total: int
    report: ReportView | None


async def ask(services: Services, scope: AccessScope) -> VerificationView:
    """Have the trail verified; while it is being verified, what has begun is the answer."""
    access.auditing(scope)
    context, verification = services.context, services.context.new_id()
    trail.did("audit-verification", "E")
    async with context.db.transaction() as tx:
        await verifications.alone(tx)
        running = await verifications.find(tx)
        if running is None or running.ended_at or context.clock.now() - running.told_at > _SILENT:
            await verifications.add(tx, verification, scope.username, context.clock.now())
            await defer(tx, queue="assurance", task=RUN, payload={"verification": verification})
            running = await verifications.find(tx, verification)
    assert running
    return _view(running)


async def look(services: Services, scope: AccessScope, verification: str) -> VerificationView:
    """One verification; NotFound if there is none."""
    found = await _found(services, scope, verification)
    if found is None:
        raise NotFound
    return found


async def latest(services: Services, scope: AccessScope) -> VerificationView | None:
    """The verification that was asked for last."""
    return await _found(services, scope, None)


async def _found(services: Services, scope: AccessScope, verification: str | None) -> VerificationView | None:
    access.auditing(scope)
    trail.did("audit-verification", "R")
    async with services.context.db.connection() as connection:
        found = await verifications.find(connection, verification)
    return _view(found) if found else None


async def run(services: Services, verification: str) -> None:
    """Verify, and keep how far it has come and what it found."""
    db = services.context.db

    async def told(done: int, total: int) -> None:
        async with db.connection() as beside:
            await verifications.progress(beside, verification, done, total, services.context.clock.now())

    report = await verifying.verify_all(services, told)
    async with db.transaction() as tx:
        await verifications.end(tx, verification, report, services.context.clock.now())


def _view(found: verifications.Verification) -> VerificationView:
    return VerificationView(
        id=found.id,
        asked_by=found.asked_by,
        asked_at=found.asked_at,
        ended_at=found.ended_at,
        done=found.done,
        total=found.total,
        report=_report(found.report) if found.report else None,
    )


def _report(report: Report) -> ReportView:
    return ReportView(
        intact=report.intact,
        events=report.events,
        checkpoints=report.checkpoints,
        witnessed=report.witnessed,
        expired=report.expired,
        waiting=report.waiting,
        counts=dict(report.counts),
        findings=[
            FindingView(kind=each.kind, event=each.event, position=each.position, checkpoint=each.checkpoint)
            for each in report.findings
        ],
    )
