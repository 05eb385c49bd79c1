"""What bulk jobs are asked to do, how far they have come, and what became of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, Self

import msgspec

from smartbear.cdr.model.access import Access

Kind = Literal["export", "import"]
Purpose = Literal["output", "deleted", "error", "input"]


class _Kept(msgspec.Struct, frozen=True):
    """Goes into a column of JSON and comes back the same."""

    def kept(self) -> dict[str, Any]:
        """As the column holds it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """What ``kept`` made."""
        return msgspec.convert(kept, cls)


class Filter(msgspec.Struct, frozen=True):
    """One ``_typeFilter``: a search of one type."""

    type: str
    query: str


class Export(_Kept, frozen=True):
    """What to export, for whom."""

    access: Access
    types: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    """Of a type with filters, what any of them finds; of the others, everything."""
    since: datetime | None = None
    until: datetime | None = None
    elements: tuple[str, ...] = ()
    of_patients: bool = False
    """Only what is in the compartment of some patient."""
    patients: tuple[str, ...] | None = None
    """Ids: only what is in the compartment of one of these."""

    def elements_of(self, resource_type: str) -> tuple[str, ...]:
        """Names of the elements asked of a type, «Type.element» or «element»; none: all of them."""
        split = (name.rpartition(".") for name in self.elements)
        return tuple(name for kind, _, name in split if kind in ("", resource_type))


class Place(_Kept, frozen=True):
    """Where a job is.

    An export: the type, the last rid looked at, and the piece that comes next. An import: the input and the
    piece of it that comes next, ``UNFETCHED`` if it is not here yet, and the number of lines before it.
    """

    type: str = ""
    rid: int = 0
    file: int = 0
    part: int = 0
    lines: int = 0


UNFETCHED = -1
"""The part of an input that has still to be fetched from its address."""


class Source(msgspec.Struct, frozen=True):
    """One input of an import: resources of a type, at an address, or sent with the request (no address)."""

    type: str
    url: str = ""


class Import(_Kept, frozen=True):
    """What to import, for whom, and where to begin."""

    access: Access
    sources: tuple[Source, ...]
    begin: Place


class Job(NamedTuple):
    """A row of ``bulk_job``."""

    id: str
    kind: Kind
    caller: str
    request: str
    asked: Mapping[str, Any]
    begun: datetime
    tries: int
    touched: datetime
    place: Mapping[str, Any] | None
    resources: int
    ended: datetime | None
    instant: datetime | None
    fault: str | None


class File(NamedTuple):
    """A file of a job: how many lines it has, and the numbers of its pieces."""

    number: int
    purpose: Purpose
    type: str
    lines: int
    parts: list[int]
