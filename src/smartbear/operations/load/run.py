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


@dataclass(slots=True)
class _Load:
    repository: Repository
    journal: Journal
    report: Report


async def run(settings: PlatformSettings, paths: Sequence[Path]) -> None:
    """Load ``paths`` and print what happened; exit status 1 if anything was refused."""
    found = sources.find(paths)
    report = Report()
    async with database(settings) as url:
        await system.migrate(url)
        async with system.assemble(settings, url, only=("cdr",)) as running:
            journal = Journal(settings.home / "load" / "journal")
            async with Repository(running.contexts["cdr"]) as repository:
                await _all(_Load(repository, journal, report), found)
            journal.close()
    report.show(Console())
    if report.faults:
        raise SystemExit(1)


async def _all(load: _Load, found: Sequence[sources.Source]) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task("Loading", total=len(found))
        waiting = []
        for source in found:
            progress.update(task, description=source.path.name[:40])
            faults = await _file(load, source)
            if faults:
                waiting.append((source, faults))
            else:
                progress.advance(task)
        for source, faults in waiting:
            progress.update(task, description=f"again: {source.path.name[:33]}")
            load.report.faults += await _file(load, source) if len(found) > 1 else faults
            progress.advance(task)
        progress.update(task, description="Done")


async def _file(load: _Load, source: sources.Source) -> list[Fault]:
    """Load one file; what was refused comes back instead of being reported, for it may go well later."""
    digest = source.digest()
    if load.journal.is_finished(digest):
        load.report.skipped += 1
        return []
    faults: list[Fault] = []
    documents = source.documents()
    try:
        if source.lines:
            await _lines(load, source, digest, documents, faults)
        else:
            await _whole(load, source, digest, next(documents)[1], faults)
    except BadInput as error:
        faults += _unreadable(source, "", error)
    if not faults:
        load.journal.note(digest, "all")
    return faults


async def _whole(
    load: _Load, source: sources.Source, digest: str, content: bytes, faults: list[Fault]
) -> None:
    document = json.decode(content)
    if not isinstance(document, dict):
        raise BadInput("The file holds no JSON object.")
    await _send(load, source, repeatable(document, digest), faults)


async def _lines(
    load: _Load,
    source: sources.Source,
    digest: str,
    documents: Iterator[tuple[int, bytes]],
    faults: list[Fault],
) -> None:
    done = load.journal.lines_done(digest)
    rest = ((number, line) for number, line in documents if number > done)
    while some := list(islice(rest, _LINES_AT_ONCE)):
        numbered: list[tuple[int, Json]] = []
        for number, line in some:
            try:
                numbered.append((number, json.decode(line)))
            except BadInput as error:
                faults += _unreadable(source, f"line {number}", error)
        batch = bundle(
            "batch", [{"resource": resource} for _, resource in numbered], f"{digest}/{some[0][0]}"
        )
        await _send(load, source, batch, faults, [number for number, _ in numbered])
        if not faults:
            load.journal.note(digest, str(some[-1][0]))


async def _send(
    load: _Load,
    source: sources.Source,
    sent: Json,
    faults: list[Fault],
    lines: Sequence[int] = (),
) -> None:
    ok, answer = await load.repository.post(sent)
    name = source.path.name
    if not ok:
        faults += faults_of(name, answer)
        return
    load.report.count(sent, answer)
    for number, entry in enumerate(answer.get("entry", [])):
        outcome = entry.get("response", {}).get("outcome")
        if outcome and not entry["response"]["status"].startswith("2"):
            where = f"line {lines[number]}" if lines else f"entry[{number}]"
            faults += faults_of(name, outcome, where)


def _unreadable(source: sources.Source, place: str, error: BadInput) -> list[Fault]:
    """What makes a document unreadable, by path where the text got that far."""
    if not error.errors:
        return [Fault(source.path.name, place, "", error.detail)]
    return [Fault(source.path.name, place, fault.path, fault.message) for fault in error.errors]
