"""Those who are known and may not come in: the audit trail is told who knocked where."""

from smartbear.contracts.auditing import Auditor
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.trail import Trail
from smartbear.kit.context import Context
from smartbear.kit.errors import Forbidden


class Witness:
    """What the front door itself refuses; what a component refuses it records itself."""

    def __init__(self, context: Context) -> None:
        self._auditor = Auditor(context)

    async def refused(self, access: AccessScope, method: str, route: str, request: str) -> None:
        """Return once it is recorded; Unavailable if it cannot be."""
        trail = Trail(access, method, lambda: f"{method} {route}", request)
        trail.did("denied", "E")
        await self._auditor.record(trail, Forbidden.status)
