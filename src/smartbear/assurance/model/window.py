"""Which part of the trail somebody asks for."""

from dataclasses import dataclass
from datetime import datetime

from smartbear.assurance.model.cursor import Place


@dataclass(frozen=True, slots=True)
class Window:
    """What the database can tell without looking into events. None: whatever."""

    since: datetime | None = None
    """By the database's clock."""
    until: datetime | None = None
    """Before this."""
    mark: bytes | None = None
    """Of the person they are about."""
    after: Place | None = None
    """Only those after this place of the order."""
    before: Place | None = None
    """Only those before; the newest come first."""

    @classmethod
    def of(cls, place: Place) -> "Window":
        """Of one event alone."""
        transaction, number = place
        return cls(after=(transaction, number - 1), before=(transaction, number + 1))


NOTHING = Window(before=(0, 0))
"""No event is there."""
