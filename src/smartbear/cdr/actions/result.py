"""What a write leaves behind."""

from typing import NamedTuple

from smartbear.cdr.model.body import versioned
from smartbear.cdr.model.change import Outcome, Written
from smartbear.cdr.store.reading import Stored


class Result(NamedTuple):
    """A resource as a write left it, with its stored form (None: it was deleted or never there)."""

    written: Written
    content: bytes | None

    def json(self) -> bytes:
        """The resource as a client gets it."""
        assert self.content is not None, "a deletion leaves nothing to show"
        return versioned(self.content, *self.written.target, self.written.version, self.written.updated)


def as_found(stored: Stored) -> Result:
    """A resource that was there already and stays as it is."""
    return Result(Written(stored.target, Outcome.UNCHANGED, stored.version, stored.updated), stored.content)
