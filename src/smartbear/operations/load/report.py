"""What a load did: counts by type, and every fault with its file, entry and FHIRPath."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

Json = dict[str, Any]
_CREATED, _UNCHANGED_OR_UPDATED = "201", "200"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was not loaded. ``place`` is an entry or a line, ``path`` a FHIRPath inside it."""

    file: str
    place: str
    path: str
    reason: str


@dataclass(slots=True)
class Report:
    """Grows as the load goes on."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    skipped: int = 0
    """Files that an earlier load had finished."""

    def count(self, sent: Json, answer: Json) -> None:
        """Count the entries of an answered Bundle that succeeded."""
        for entry, result in zip(sent["entry"], answer.get("entry", []), strict=False):
            status = str(result.get("response", {}).get("status", ""))[:3]
            kind = entry.get("resource", {}).get("resourceType", "?")
            if status == _CREATED:
                self.created[kind] += 1
            elif status == _UNCHANGED_OR_UPDATED:
                self.updated[kind] += 1

    def add(self, other: "Report") -> None:
        """Take over what another report says of other files."""
        self.created += other.created
        self.updated += other.updated
        self.faults += other.faults
        self.skipped += other.skipped

    def after(self, first: "Report") -> "Report":
        """This report of a second try, told together with the first one of the same file."""
        return Report(first.created + self.created, self.updated - first.created, self.faults, self.skipped)

    def show(self, console: Console) -> None:
        """Print the faults, then the table."""
        for fault in self.faults:
            place = " ".join(part for part in (fault.place, fault.path) if part)
            console.print(f"[red]✗[/] {fault.file} {place}: {fault.reason}", highlight=False, soft_wrap=True)
        table = Table("Type", title="Loaded", caption=self._caption())
        for title in ("created", "already there or updated"):
            table.add_column(title, justify="right")
        for kind in sorted(self.created | self.updated):
            table.add_row(kind, str(self.created[kind]), str(self.updated[kind]))
        table.add_section()
        table.add_row("all", str(self.created.total()), str(self.updated.total()))
        console.print(table)

    def _caption(self) -> str:
        finished = f", {self.skipped} files had been loaded before" if self.skipped else ""
        return f"{len(self.faults)} errors{finished}"


def faults_of(file: str, outcome: Json, where: str = "") -> Iterable[Fault]:
    """The faults an OperationOutcome names; ``where`` is the entry or line it is about, if that is known."""
    for issue in outcome.get("issue", []):
        if issue.get("severity") not in ("fatal", "error"):
            continue
        path = next(iter(issue.get("expression", [])), "")
        text = (
            issue.get("diagnostics") or issue.get("details", {}).get("text") or issue.get("code", "refused")
        )
        place, _, inside = path.partition("].")
        if place.startswith("Bundle.entry["):
            yield Fault(file, where or place.removeprefix("Bundle.") + "]", inside, text)
        else:
            yield Fault(file, where, path, text)
