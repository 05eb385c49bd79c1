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
    number: int | None = None
    """Of the event's row."""
    before: Place | None = None
    """The newest come first; only those before this place."""
