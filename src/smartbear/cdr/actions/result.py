"""What a write leaves behind."""

from datetime import datetime
from typing import NamedTuple

from smartbear.cdr.model.body import versioned
from smartbear.cdr.model.change import Outcome, Written
from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.reading import Stored
from smartbear.fhir.issues import Issue


class Result(NamedTuple):
    """A resource as a write left it, with its stored form (None: it was deleted or never there)."""

    written: Written
    content: bytes | None
    warnings: tuple[Issue, ...] = ()
    """What is not good about it, and was accepted."""

    def json(self) -> bytes:
        """The resource as a client gets it."""
        assert self.content is not None, "a deletion leaves nothing to show"
        return versioned(self.content, *self.written.target, self.written.version, self.written.updated)


def nothing(resource_type: str, now: datetime) -> Result:
    """What a deletion without a match leaves behind."""
    return Result(Written(LocalId(resource_type, ""), Outcome.ABSENT, 0, now), None)


def as_found(stored: Stored) -> Result:
    """A resource that was there already and stays as it is."""
    return Result(Written(stored.target, Outcome.UNCHANGED, stored.version, stored.updated), stored.content)
