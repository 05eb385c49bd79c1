"""Those who are known and are turned away: the audit trail is told who knocked where."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from smartbear.contracts.auditing import Auditor
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.tally import Tally
from smartbear.contracts.trail import Trail
from smartbear.kit.context import Context
from smartbear.kit.errors import Forbidden, PlatformError


class Witness:
    """What the front door itself refuses; what a component refuses it records itself."""

    def __init__(self, context: Context) -> None:
        self._auditor = Auditor(context)
        self.strangers = Tally(context, "token-refused")
        """Those who come with a token that is not good."""

    async def refused(
        self, access: AccessScope, method: str, route: str, request: str, status: int = Forbidden.status
    ) -> None:
        """Return once it is recorded; Unavailable if it cannot be."""
        trail = Trail(access, method, lambda: f"{method} {route}", request)
        trail.did("denied", "E")
        await self._auditor.record(trail, status)

    def visit(self, access: AccessScope, method: str, route: str, request: str) -> "Visit":
        """Somebody who may come in, and be turned away inside, before any component knows."""
        return Visit(self, access, method, route, request)


class Visit:
    """A request that has not gone on to its component yet."""

    def __init__(self, witness: Witness, access: AccessScope, method: str, route: str, request: str) -> None:
        self._witness, self._access = witness, access
        self._method, self._route, self._request = method, route, request
        self._has_gone_on = False

    def going_on(self, app: ASGIApp) -> ASGIApp:
        """``app``, which records what it does itself."""

        async def go_on(scope: Scope, receive: Receive, send: Send) -> None:
            self._has_gone_on = True
            await app(scope, receive, send)

        return go_on

    async def recorded(self, answer: Awaitable[None]) -> None:
        """Have ``answer`` given; a refusal by somebody in between is recorded here, and raised."""
        try:
            await answer
        except PlatformError as error:
            if not self._has_gone_on:
                await self._witness.refused(
                    self._access, self._method, self._route, self._request, error.status
                )
            raise
