"""The load itself: files in order, a second round for those that had to wait for others, then the table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from smartbear import system
from smartbear.fhir import json
from smartbear.kit.errors import BadInput
from smartbear.kit.settings import PlatformSettings
from smartbear.operations.database import database
from smartbear.operations.load import sources
from smartbear.operations.load.bundles import Json, bundle, repeatable
from smartbear.operations.load.journal import Journal
from smartbear.operations.load.report import Fault, Report, faults_of
from smartbear.operations.load.repository import Repository

_LINES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Load:
    repository: Repository
    journal: Journal


async def run(settings: PlatformSettings, paths: Sequence[Path]) -> None:
    """Load ``paths`` and print what happened; exit status 1 if anything was refused."""
    found = sources.find(paths)
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("cdr",)) as running:
            journal = Journal(settings.home / "load" / "journal")
            async with Repository(running.contexts["cdr"]) as repository:
                report = await _all(_Load(repository, journal), found)
            journal.close()
    report.show(Console())
    if report.faults:
        raise SystemExit(1)


async def _all(load: _Load, found: Sequence[sources.Source]) -> Report:
    """Every file once, and those with faults once more, when what they refer to may be there."""
    report = Report()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task("Loading", total=len(found))
        waiting = []
        for source in found:
            progress.update(task, description=source.path.name[:40])
            told = await _file(load, source)
            if told.faults:
                waiting.append((source, told))
            else:
                report.add(told)
                progress.advance(task)
        for source, first in waiting:
            progress.update(task, description=f"again: {source.path.name[:33]}")
            report.add((await _file(load, source)).after(first))
            progress.advance(task)
        progress.update(task, description="Done")
    return report


async def _file(load: _Load, source: sources.Source) -> Report:
    """Load one file; what was refused may go well later."""
    digest = source.digest()
    if load.journal.is_finished(digest):
        return Report(skipped=1)
    report = Report()
    documents = source.documents()
    try:
        if source.lines:
            await _lines(load, source, digest, documents, report)
        else:
            await _whole(load, source, digest, next(documents)[1], report)
    except BadInput as error:
        report.faults += _unreadable(source, "", error)
    if not report.faults:
        load.journal.note(digest, "all")
    return report


async def _whole(load: _Load, source: sources.Source, digest: str, content: bytes, report: Report) -> None:
    document = json.decode(content)
    if not isinstance(document, dict):
        raise BadInput("The file holds no JSON object.")
    await _send(load, source, repeatable(document, digest), report)


async def _lines(
    load: _Load, source: sources.Source, digest: str, documents: Iterator[tuple[int, bytes]], report: Report
) -> None:
    done = load.journal.lines_done(digest)
    rest = ((number, line) for number, line in documents if number > done)
    while some := list(islice(rest, _LINES_AT_ONCE)):
        numbered: list[tuple[int, Json]] = []
        for number, line in some:
            try:
                numbered.append((number, json.decode(line)))
            except BadInput as error:
                report.faults += _unreadable(source, f"line {number}", error)
        entries = [{"resource": resource} for _, resource in numbered]
        batch = bundle("batch", entries, f"{digest}/{some[0][0]}")
        await _send(load, source, batch, report, [number for number, _ in numbered])
        if not report.faults:
            load.journal.note(digest, str(some[-1][0]))


async def _send(
    load: _Load, source: sources.Source, sent: Json, report: Report, lines: Sequence[int] = ()
) -> None:
    ok, answer = await load.repository.post(sent)
    name = source.path.name
    if not ok:
        report.faults += faults_of(name, answer)
        return
    report.count(sent, answer)
    for number, entry in enumerate(answer.get("entry", [])):
        outcome = entry.get("response", {}).get("outcome")
        if outcome and not entry["response"]["status"].startswith("2"):
            where = f"line {lines[number]}" if lines else f"entry[{number}]"
            report.faults += faults_of(name, outcome, where)


def _unreadable(source: sources.Source, place: str, error: BadInput) -> list[Fault]:
    """What makes a document unreadable, by path where the text got that far."""
    if not error.errors:
        return [Fault(source.path.name, place, "", error.detail)]
    return [Fault(source.path.name, place, fault.path, fault.message) for fault in error.errors]
