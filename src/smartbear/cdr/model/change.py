"""What a write asks for, and what it does to the state it meets.

A row the caller may not see counts as absent, except that its id is taken; and since only those who see every
row may choose ids, nobody can tell the difference.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from smartbear.cdr.model.access import Access, Owner
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.model.tags import IfMatch
from smartbear.fhir.search.values import Indexes
from smartbear.kit.errors import MethodNotAllowed, PreconditionFailed


class Draft(NamedTuple):
    """A resource that has been accepted: what is stored of it and what it is found by."""

    target: LocalId
    content: bytes
    digest: bytes
    indexes: Indexes
    owner: LocalId | None
    """The patient it belongs to, or what a Binary names as its security context."""
    organisation: str | None
    """Of a Patient: the organisation that looks after the person."""
    like: "First | None" = None
    """Of an Observation of a kind: the first of that kind (see ``alike``)."""


@dataclass(eq=False, slots=True, weakref_slot=True)
class First:
    """What others of its kind are made like."""

    draft: Draft


class Verb(IntEnum):
    """How a history says that a version came about; what is no request of a client's counts as an update."""

    POST = 0
    PUT = 1
    PATCH = 2
    DELETE = 3


class Change(NamedTuple):
    """One write; without a draft it deletes."""

    target: LocalId
    draft: Draft | None
    access: Access
    minted: bool = False
    """The id is new, so there is no state to look at."""
    once: bool = False
    """What has ever been there stays as it is: a late repetition must not undo a correction."""
    expected: IfMatch | None = None
    """If-Match: the versions one of which must be current."""
    only_new: bool = False
    """If-None-Match: *."""
    upsert: bool = True
    """Whether the deployment lets clients choose ids."""
    verb: Verb = Verb.PUT
    """How the new version comes about; without a draft it is a deletion whatever this says."""


class State(NamedTuple):
    """The row a write meets, locked. Version 0: the resource has only been referred to."""

    rid: int
    version: int
    deleted: bool
    updated: datetime
    digest: bytes | None
    owner: Owner | None


class Outcome(StrEnum):
    """What became of a change."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


class Written(NamedTuple):
    """The resource after the change: its version and instant are those of the last write that changed it."""

    target: LocalId
    outcome: Outcome
    version: int
    updated: datetime


def outcome_of(change: Change, state: State | None) -> Outcome:
    """What the change does; PreconditionFailed or MethodNotAllowed if it may not."""
    if state is None and change.minted:
        return Outcome.CREATED
    reached = state and state.version and change.access.reaches(change.target.type, state.owner)
    known = state if reached else None
    living = known is not None and not known.deleted
    if change.expected and not (known and change.expected.allows(known.version, living=living)):
        raise PreconditionFailed("If-Match names a version that is not the current one.")
    if change.only_new and living:
        raise PreconditionFailed("If-None-Match says the resource must not exist, and it does.")
    if known and change.once:
        return Outcome.UNCHANGED if living else Outcome.ABSENT
    if change.draft is None:
        return Outcome.DELETED if living else Outcome.ABSENT
    if known is None and not (change.upsert and change.access.may_choose_ids(change.target.type)):
        raise MethodNotAllowed("There is no such resource, and you may not choose ids: create it with POST.")
    if not living:
        return Outcome.CREATED
    return Outcome.UNCHANGED if known and known.digest == change.draft.digest else Outcome.UPDATED
