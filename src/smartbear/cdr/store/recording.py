"""The events of a group of writes, in its own statement: one for each request that has a part in it."""

from collections.abc import Callable, Iterable

from smartbear.cdr.model.references import LocalId
from smartbear.cdr.store.subjects import PATIENT
from smartbear.contracts.auditing import Auditor
from smartbear.contracts.scope import SERVICE, AccessScope
from smartbear.contracts.trail import TRAIL, Trail
from smartbear.kit.audit import Sealed

_OURS = AccessScope(role=SERVICE, service="cdr")

Seen = Iterable[tuple[LocalId, LocalId | None]]
"""Resources that are written, and whose they are."""

Telling = Callable[[Seen], None]
"""Where to tell of what is written."""


def trail_at_hand() -> Trail:
    """That of the request, or of a job, which is the repository's own doing."""
    return TRAIL.get() or Trail(_OURS, "POST", lambda: "job", "")


class Events:
    """Gathered while the group is planned, told to the requests once it is committed."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._by_trail: dict[Trail, Trail] = {}

    def add(self, trail: Trail, seen: Seen) -> None:
        """Writes of a request."""
        event = self._by_trail.get(trail) or self._by_trail.setdefault(trail, trail.again())
        for target, owner in seen:
            subject = owner.id if owner and owner.type == PATIENT else None
            event.saw(f"{target.type}/{target.id}", subject)

    async def records(self) -> list[Sealed]:
        """What is to be appended; nothing where nothing is recorded."""
        if not self._auditor.is_on:
            return []
        return await self._auditor.sealed_together(self._by_trail.values())

    def are_told(self) -> None:
        """The group is committed: its requests need no further event for this."""
        for trail, event in self._by_trail.items():
            trail.covered(event)
