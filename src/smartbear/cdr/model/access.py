"""What a caller may see and change, as a value: ``access.py`` makes it, stores turn it into predicates."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from smartbear.fhir import definitions

Rows = Literal["all", "patient", "organisations", "none"]

NO_TYPES: frozenset[str] = frozenset()


class Owner(NamedTuple):
    """The patient in whose compartment a resource is, and who looks after that patient."""

    patient: str
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """Rows (``keys``: the patient's id, or organisations) of the types in ``reads``; writes in ``writes``."""

    rows: Rows
    keys: frozenset[str] = NO_TYPES
    reads: frozenset[str] = NO_TYPES
    writes: frozenset[str] = NO_TYPES

    def sees(self, resource_type: str, owner: Owner | None) -> bool:
        """Whether a resource of this type and owner exists for the caller as a reader."""
        return resource_type in self.reads and self._holds(owner)

    def reaches(self, resource_type: str, owner: Owner | None) -> bool:
        """Whether it exists for the caller as a writer: who may only write still meets what is there."""
        return resource_type in self.reads | self.writes and self._holds(owner)

    def covers(self, other: "Access") -> bool:
        """Whether everything that ``other`` lets a reader see is seen here too."""
        same = self.rows == "all" or (self.rows == other.rows and self.keys >= other.keys)
        return same and self.reads >= other.reads

    def may_choose_ids(self) -> bool:
        """Whether ``PUT`` may make a resource: not for those who cannot see which ids are taken."""
        return self.rows == "all"

    def _holds(self, owner: Owner | None) -> bool:
        if owner is None or self.rows in ("all", "none"):
            return self.rows == "all"
        return (owner.patient if self.rows == "patient" else owner.organisation) in self.keys

    @property
    def identity(self) -> str:
        """The same text for those who see the same: ties a paging cursor to its reader."""
        return _identity(self)


@lru_cache(maxsize=1024)
def _identity(access: Access) -> str:
    return f"{access.rows} {sorted(access.keys)} {sorted(access.reads)}"


NOTHING = Access("none")


def everything(reads: Iterable[str] | None = None, writes: Iterable[str] | None = None) -> Access:
    """All rows as stored, of all types or those named."""
    every = definitions.resource_types()
    return Access(
        "all",
        reads=every if reads is None else frozenset(reads),
        writes=every if writes is None else frozenset(writes),
    )
