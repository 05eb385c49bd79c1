"""What a caller may see and change, as a value: ``access.py`` makes it, stores turn it into predicates."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from smartbear.cdr.model import consent
from smartbear.cdr.model.owner import may_be_owned
from smartbear.fhir import definitions

Rows = Literal["all", "patient", "organisations", "none"]

NO_TYPES: frozenset[str] = frozenset()
BY_CREATOR, BY_CONTEXT = "Subscription", "Binary"
"""Types whose rows belong to who wrote them, and to what they name as their security context."""


class Owner(NamedTuple):
    """Whose a resource is: mostly the patient's it is about. A Subscription is its own owner.

    ``keeper``: who looks after a Patient (an organisation), or wrote a Subscription (``Access.caller``).
    """

    type: str
    id: str
    keeper: str | None
    withheld: bool = False
    """Of a Patient: whether those who give care may not see the data now."""
    released: bool = False
    """Of a Patient: whether research may see the data now."""


@dataclass(frozen=True, slots=True)
class Access:
    """Rows (``keys``: the patient's id, or keepers) of the types in ``reads``; writes in ``writes``."""

    rows: Rows
    keys: frozenset[str] = NO_TYPES
    reads: frozenset[str] = NO_TYPES
    writes: frozenset[str] = NO_TYPES
    shared: frozenset[str] = NO_TYPES
    """Types of which all rows are seen, whatever ``rows`` says."""
    limited: frozenset[str] = NO_TYPES
    """Types of which rows have an owner to look at although ``rows`` is «all»."""
    purpose: consent.Purpose | None = None
    """What the persons' consent is asked for; None: it is not asked."""
    caller: str = field(default="", compare=False)
    """Who it is: what this caller writes is kept under that name. It does not decide what is seen."""

    def sees(self, resource_type: str, owner: Owner | None) -> bool:
        """Whether a resource of this type and owner exists for the caller as a reader."""
        return resource_type in self.reads and self._holds(resource_type, owner)

    def reaches(self, resource_type: str, owner: Owner | None) -> bool:
        """Whether it exists for the caller as a writer: a machine meets also what is withheld."""
        if self.rows == "all" and self.purpose == "care":
            owner = owner and owner._replace(withheld=False)
        return resource_type in self.reads | self.writes and self._holds(resource_type, owner)

    @property
    def is_whole(self) -> bool:
        """Whether every row of every type that may be read is seen."""
        return self.rows == "all" and not self.limited and self.purpose is None

    def sees_all_of(self, resource_type: str) -> bool:
        """Whether no row of a type that may be read needs to be looked at to know that it is seen."""
        every = self.rows == "all" and resource_type not in self.limited
        return resource_type in self.shared or (every and not self.heeds_consent(resource_type))

    def heeds_consent(self, resource_type: str) -> bool:
        """Whether a row of this type is seen only if the person it is about agrees."""
        excepted = self.rows == "organisations" and resource_type == consent.TYPE
        return self.purpose is not None and not excepted and may_be_owned(resource_type)

    def covers(self, other: "Access") -> bool:
        """Whether everything that ``other`` lets a reader see is seen here too."""
        like = self.rows == other.rows and self.keys >= other.keys and self.limited <= other.limited
        like = like and self.purpose in {None, other.purpose}
        return (self.is_whole or (like and self.shared >= other.shared)) and self.reads >= other.reads

    def may_choose_ids(self, resource_type: str) -> bool:
        """Whether ``PUT`` may make a resource: not for those who cannot see which ids are taken."""
        return self.rows == "all" and resource_type not in self.limited and self.purpose != "research"

    def _holds(self, resource_type: str, owner: Owner | None) -> bool:
        if self.sees_all_of(resource_type):
            return True
        if self.rows == "all":
            return self._holds_of_all(resource_type, owner)
        if owner is None or self.rows == "none":
            return False
        if self.rows == "patient":
            return owner.type == "Patient" and owner.id in self.keys
        about = owner.type if resource_type == BY_CONTEXT else resource_type
        return owner.keeper in self.keys and not (self.heeds_consent(about) and owner.withheld)

    def _holds_of_all(self, resource_type: str, owner: Owner | None) -> bool:
        """Of a type of which some rows are not seen. An owner that is no Patient cannot say who agrees."""
        if resource_type == BY_CREATOR:
            return owner is not None and owner.keeper in self.keys
        if resource_type == BY_CONTEXT and owner:
            return owner.type != BY_CONTEXT and self.sees(owner.type, owner)
        if owner is None:
            return self.purpose != "research"
        agrees = owner.released if self.purpose == "research" else not owner.withheld
        return owner.type == "Patient" and agrees

    @property
    def identity(self) -> str:
        """The same text for the same caller who sees the same: ties a paging cursor to its reader.

        Two projects see the same rows under ids of their own: a shared cursor would tell which are the same.
        """
        return f"{self.caller} {_sight(self)}"


@lru_cache(maxsize=1024)
def _sight(access: Access) -> str:
    return f"{access.rows} {sorted(access.keys)} {sorted(access.reads)} {access.purpose}"


NOTHING = Access("none")


def everything(
    reads: Iterable[str] | None = None, writes: Iterable[str] | None = None, *, caller: str = ""
) -> Access:
    """All rows as stored, of all types or those named."""
    every = definitions.resource_types()
    return Access(
        "all",
        reads=every if reads is None else frozenset(reads),
        writes=every if writes is None else frozenset(writes),
        caller=caller,
    )
