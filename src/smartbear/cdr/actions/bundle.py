"""What transactions and batches have in common: their entries, read and checked, and what became of each."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from smartbear.cdr.actions.result import Result
from smartbear.cdr.store.reading import Stored
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import outcome
from smartbear.fhir.bundle.entries import Entry, is_operation, read_entries
from smartbear.fhir.issues import Issue
from smartbear.fhir.validation import validate
from smartbear.kit.aside import aside
from smartbear.kit.errors import PlatformError, Unprocessable

BREATH = 20  # resources handled before other requests get their turn

_INDEX = re.compile(r"Bundle\.entry\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Answered:
    """What an address answered to a read or an operation; the version of a resource, if it showed one."""

    status: int
    body: bytes
    shown: Stored | None


class Addresses(Protocol):
    """Where reads and operations are asked."""

    def expect_read(self, entry: Entry) -> None:
        """BadInput for an operation that may change something."""

    async def ask(self, repository: Repository, entry: Entry) -> Answered:
        """What the entry's address answers; raises any PlatformError."""


Done = Result | Answered | PlatformError
"""What became of an entry: a write, what was asked, or an error (in batches)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The entries in the order given, and by index what is wrong with their requests and resources."""

    entries: list[Entry]
    requests: Mapping[int, list[Issue]]
    resources: Mapping[int, list[Issue]]


async def read_bundle(bundle: dict[str, Any], base: str) -> Reading:
    """Take a Bundle apart; Unprocessable if it is not a valid one, apart from the resources in it."""
    given = bundle.get("entry")
    items = given if isinstance(given, list) else []
    shell = {**bundle, "entry": [_without_resource(item) for item in items]} if items else bundle
    faults = outcome.field_errors(validate(shell))
    if faults:
        raise Unprocessable("The Bundle is not valid.", errors=faults)
    resources: dict[int, list[Issue]] = {}
    for start in range(0, len(items), BREATH):
        resources |= await aside(_faults_of, items[start : start + BREATH], start)
        await asyncio.sleep(0)
    sound = [_without_resource(item) if index in resources else item for index, item in enumerate(items)]
    entries, issues = read_entries({**bundle, "entry": sound}, base)
    return Reading(entries, by_entry(entries, issues), resources)


def _faults_of(items: Sequence[Mapping[str, Any]], start: int) -> dict[int, list[Issue]]:
    return {index: found for index, item in enumerate(items, start) if (found := _faults(item, index))}


def _faults(item: Mapping[str, Any], index: int) -> list[Issue]:
    """What is wrong with a resource; what an operation is told is the operation's to judge."""
    if "resource" not in item or is_operation(item["request"]["url"]):
        return []
    return [_placed(issue, index) for issue in validate(item["resource"])]


def by_entry(entries: Sequence[Entry], issues: Sequence[Issue]) -> dict[int, list[Issue]]:
    """The issues by index of the entry that they are about."""
    found: dict[int, list[Issue]] = {}
    for issue in issues:
        match = _INDEX.match(issue.expression)
        found.setdefault(int(match[1]) if match else entries[0].index, []).append(issue)
    return found


def _without_resource(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return {name: value for name, value in item.items() if name != "resource"}


def _placed(issue: Issue, index: int) -> Issue:
    inside = issue.expression.partition(".")[2]
    place = f"Bundle.entry[{index}].resource" + (f".{inside}" if inside else "")
    return Issue(issue.severity, issue.code, issue.diagnostics, place)
