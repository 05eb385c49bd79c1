"""``smartbear audit``: verify the trail, export it signed, show the keys, remove what is over."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from smartbear import system
from smartbear.assurance.actions import expiring, export, verifying
from smartbear.assurance.actions.question import Question
from smartbear.assurance.actions.services import Services
from smartbear.assurance.model.verification import Report
from smartbear.assurance.model.window import Window
from smartbear.assurance.settings import AssuranceSettings
from smartbear.contracts.auditing import Auditor
from smartbear.contracts.roles import SERVICE
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import Trail
from smartbear.kit.clock import SystemClock
from smartbear.kit.db import owner
from smartbear.kit.errors import BadInput, PlatformError
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database

_MOST_SHOWN = 50
_out, _errors = Console(), Console(stderr=True)


class NotIntact(PlatformError):
    """The audit trail is not what was signed."""

    code = "trail_not_intact"


async def verify(settings: PlatformSettings) -> None:
    """Verify the whole trail with a progress bar; NotIntact if anything is wrong."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    async with _services(settings) as services:
        with Progress(*columns, TimeElapsedColumn(), console=_errors) as progress:
            bar = progress.add_task("events", total=0)

            async def told(done: int, total: int) -> None:
                progress.update(bar, completed=done, total=total)

            report = await verifying.verify_all(services, told)
    _show(report)
    if not report.intact:
        raise NotIntact


def _show(report: Report) -> None:
    told = f"{report.events} events in {report.checkpoints} checkpoints, {report.witnessed} of them witnessed"
    _out.print(f"{told}; {report.expired} expired, {report.waiting} not signed yet.", highlight=False)
    if report.intact:
        _out.print("[bold green]The trail is intact.[/]")
        return
    table = Table("What", "Event", "Position", "Checkpoint", title="Not as it was signed")
    for each in report.findings[:_MOST_SHOWN]:
        cells = ("" if one is None else str(one) for one in (each.event, each.position, each.checkpoint))
        table.add_row(each.kind, *cells)
    _out.print(table)
    _out.print(", ".join(f"{number} {kind}" for kind, number in report.counts.items()), highlight=False)


async def write_export(
    settings: PlatformSettings, path: Path, since: datetime | None, until: datetime | None
) -> None:
    """Write a signed export to a file, after recording that it is made."""
    _expect_none(path)
    async with _services(settings) as services:
        made = Trail(AccessScope(role=SERVICE, service="operations"), "GET", _address, "")
        made.did("audit-export", "R")
        await Auditor(services.context).record(made)
        prepared = await export.up_to_checkpoint(services, Question("", Window(since, until)), None)
        with path.open("xb") as file:
            async for line in prepared.lines():
                file.write(line)
    _out.print(f"{path}: up to event {prepared.size} of the log.", highlight=False)


def _expect_none(path: Path) -> None:
    if path.exists():
        raise BadInput("There is a file of that name already.")


def _address() -> str:
    return "smartbear audit export"


async def show_keys(settings: PlatformSettings) -> None:
    """Print the verifier keys of this installation, as a log and as a witness."""
    async with _services(settings) as services:
        for signer in (services.signers.log, services.signers.witness):
            sys.stdout.write(f"{signer.verifier}\n")


async def expire(settings: PlatformSettings) -> None:
    """Remove the days of the trail whose time is over."""
    async with database(settings) as url, owner(url) as connection:
        removed = await expiring.expire(connection, AssuranceSettings(), SystemClock())
    _out.print(f"{len(removed)} days of the trail were removed.")


@asynccontextmanager
async def _services(settings: PlatformSettings) -> AsyncIterator[Services]:
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("assurance",)) as running:
            services = Services.of(running.contexts["assurance"])
            try:
                yield services
            finally:
                await services.close()
