"""What a check says about a value, before it is known where in the resource the value is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

LIMIT = 50
"""Faults reported for one resource: enough to repair it, bounded for hostile input."""


@dataclass(slots=True)
class Fault:
    """An IssueType code and a message; `path` grows to the left as the fault is handed up to the root."""

    code: str
    message: str
    path: str = ""


@dataclass(slots=True)
class Gaps(Fault):
    """Nulls in an array: faults where the sibling array (`given`, `_given`) has nothing at their index."""

    indexes: tuple[int, ...] = ()


@dataclass(slots=True)
class LocalReference(Fault):
    """A reference into `contained`: no fault when the resource around it contains `id`, of a type allowed."""

    id: str = ""
    targets: tuple[str, ...] = ()


Faults = list[Fault] | None
"""None and the empty list both mean that nothing is wrong."""

Check = Callable[[Any], Faults]


def under(place: str, faults: Iterable[Fault]) -> list[Fault]:
    """The same faults, seen from the parent that holds them at `place` (`.code`, `[2]`)."""
    found = list(faults)
    for fault in found:
        fault.path = place + fault.path
    return found


def certain(faults: Iterable[Fault]) -> int:
    """How many of the faults count against `LIMIT`: references that may yet be settled do not."""
    return sum(1 for fault in faults if not isinstance(fault, LocalReference))
